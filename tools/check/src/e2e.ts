import type { Outcome } from './stage.ts';
import { runVitest } from './vitest.ts';

/** The black-box flows, against a whole of their own that starts for the first time and is removed afterwards. */
export async function checkEndToEnd(filters: readonly string[]): Promise<Outcome> {
  return runVitest({ projects: ['e2e'], filters });
}
