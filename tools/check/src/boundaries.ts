import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@loyalnest/dev/instance';
import { runNode } from './program.ts';
import type { Outcome } from './stage.ts';

/** Nothing stays running behind the check, and nothing is fetched or sent. */
const nxEnvironment = { NX_DAEMON: 'false', NX_NO_CLOUD: 'true', NX_TUI: 'false' };

/** Where the rules hold. */
const areas = ['apps', 'services', 'libs', 'extensions', 'tools', 'e2e'];

/**
 * The rule reads the project graph that Nx keeps, and skips itself with a mere warning when there is none; so the graph
 * is made first, and a skip is a failure.
 */
export async function checkBoundaries(workspace = root): Promise<Outcome> {
  const options = { cwd: workspace, env: nxEnvironment };
  const graph = await runNode('node_modules/nx/dist/bin/nx.js', ['graph', '--print'], options);
  if (graph.exitCode !== 0) return { isPassed: false, output: graph.output };
  const folders = areas.filter((area) => existsSync(join(workspace, area)));
  const lint = await runNode(
    'node_modules/oxlint/bin/oxlint',
    ['-c', 'tools/check/boundaries.json', ...folders],
    options,
  );
  const isSkipped = /will be skipped/.test(lint.output);
  return { isPassed: lint.exitCode === 0 && !isSkipped, output: lint.output };
}
