import type { Outcome, Stage } from './stage.ts';
import { runVitest } from './vitest.ts';

/** All black-box flows in both shapes, each against a whole of its own that starts for the first time and is removed afterwards. */
export function endToEndStages(filters: readonly string[]): Stage[] {
  return [
    { name: 'end-to-end tests', run: () => checkEndToEnd('one-process', filters) },
    { name: 'end-to-end tests, distributed', run: () => checkEndToEnd('distributed', filters) },
  ];
}

function checkEndToEnd(shape: 'one-process' | 'distributed', filters: readonly string[]): Promise<Outcome> {
  return runVitest({ projects: ['e2e'], filters, env: { LOYALNEST_E2E_SHAPE: shape } });
}
