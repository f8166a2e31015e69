import { runNode } from './program.ts';
import type { Outcome } from './stage.ts';

/** Nothing stays running behind the check, and nothing is fetched or sent. */
const nxEnvironment = { NX_DAEMON: 'false', NX_NO_CLOUD: 'true', NX_TUI: 'false' };

/**
 * The rule reads the project graph that Nx keeps, and skips itself with a mere warning when there is none; so the graph
 * is made first, and a skip is a failure.
 */
export async function checkBoundaries(): Promise<Outcome> {
  const graph = await runNode('node_modules/nx/dist/bin/nx.js', ['graph', '--print'], nxEnvironment);
  if (graph.exitCode !== 0) return { isPassed: false, output: graph.output };
  const lint = await runNode('node_modules/oxlint/bin/oxlint', ['-c', 'tools/check/boundaries.json'], nxEnvironment);
  const isSkipped = /will be skipped/.test(lint.output);
  return { isPassed: lint.exitCode === 0 && !isSkipped, output: lint.output };
}
