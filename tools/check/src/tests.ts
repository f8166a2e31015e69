import type { Outcome } from './stage.ts';
import { runVitest } from './vitest.ts';

/** Everything but the black-box flows; what needs a database gets a clone of the migrated template. */
export async function checkTests(filters: readonly string[]): Promise<Outcome> {
  return runVitest({ projects: ['libs', 'services', 'apps', 'tools'], filters });
}
