import { globSync } from 'node:fs';
import { ensurePages, ensureServerBundle } from '@loyalnest/dev/build';
import { root } from '@loyalnest/dev/instance';
import type { Outcome, Stage } from './stage.ts';
import { runVitest } from './vitest.ts';

/**
 * The black-box flows in both shapes, each against a whole of its own that starts for the first time and is removed afterwards. They
 * wait more than they compute, and may run side by side.
 */
export function endToEndStages(filters: readonly string[]): Stage[] {
  let built: Promise<unknown> | undefined;
  const run = async (shape: 'one-process' | 'distributed'): Promise<Outcome> => {
    // Once, before both begin to start what it leaves behind.
    if (isAnyMeant(filters)) await (built ??= build());
    return runVitest({ projects: ['e2e'], filters, env: { LOYALNEST_E2E_SHAPE: shape } });
  };
  return [
    { name: 'end-to-end tests', run: () => run('one-process') },
    { name: 'end-to-end tests, distributed', run: () => run('distributed') },
  ];
}

/** Whether one of the filters is in the name of a flow's file. */
function isAnyMeant(filters: readonly string[]): boolean {
  if (filters.length === 0) return true;
  return globSync('e2e/**/*.test.ts', { cwd: root }).some((file) => filters.some((filter) => file.includes(filter)));
}

async function build(): Promise<void> {
  const { signal } = new AbortController();
  await ensureServerBundle(signal);
  await ensurePages(signal);
}
