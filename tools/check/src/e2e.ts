import { join } from 'node:path';
import type { Outcome, Stage } from './stage.ts';
import { runVitest } from './vitest.ts';

/**
 * What a browser shows of the same answers, whatever gives them: three minutes, which a change does not wait for a second
 * time. `./dev.sh test e2e` leaves nothing out, and runs every night.
 */
const leftOutOnce = ['pages', 'states', 'database-away'].map((name) => join('e2e/browser', `${name}.test.ts`));

/** The black-box flows in both shapes, each against a whole of its own that starts for the first time and is removed afterwards. */
export function endToEndStages(filters: readonly string[]): Stage[] {
  const exclude = filters.length === 0 ? leftOutOnce : [];
  return [
    { name: 'end-to-end tests', run: () => checkEndToEnd('one-process', { filters, exclude: [] }) },
    { name: 'end-to-end tests, distributed', run: () => checkEndToEnd('distributed', { filters, exclude }) },
  ];
}

function checkEndToEnd(
  shape: 'one-process' | 'distributed',
  options: { filters: readonly string[]; exclude: readonly string[] },
): Promise<Outcome> {
  return runVitest({ projects: ['e2e'], ...options, env: { LOYALNEST_E2E_SHAPE: shape } });
}
