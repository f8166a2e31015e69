import { globSync } from 'node:fs';
import { root } from '@loyalnest/dev/instance';
import type { Outcome, Stage } from './stage.ts';
import { runVitest } from './vitest.ts';

/**
 * The black-box flows in both shapes, each against a whole of its own that starts for the first time and is removed
 * afterwards. What a browser sees does not depend on how many processes there are, so that of its flows only the story
 * that passes through all of them runs a second time: all of them twice would take longer than a change may wait.
 */
export function endToEndStages(filters: readonly string[]): Stage[] {
  return [
    { name: 'end-to-end tests', run: () => checkEndToEnd('one-process', { filters, exclude: [] }) },
    {
      name: 'end-to-end tests, distributed',
      run: () => checkEndToEnd('distributed', { filters, exclude: browserFlowsBut('story') }),
    },
  ];
}

function checkEndToEnd(
  shape: 'one-process' | 'distributed',
  options: { filters: readonly string[]; exclude: readonly string[] },
): Promise<Outcome> {
  return runVitest({ projects: ['e2e'], ...options, env: { LOYALNEST_E2E_SHAPE: shape } });
}

function browserFlowsBut(name: string): string[] {
  return globSync('e2e/browser/*.test.ts', { cwd: root }).filter((file) => !file.endsWith(`/${name}.test.ts`));
}
