import { chmodSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startInBackground } from '@loyalnest/dev/detach';
import { toolEnvironment } from '@loyalnest/dev/environment';
import { findInstance, root } from '@loyalnest/dev/instance';
import { findFreeBase } from '@loyalnest/dev/ports';
import { readSecrets } from '@loyalnest/dev/secrets';
import { readState } from '@loyalnest/dev/state';
import { leash } from '@loyalnest/platform/database/embedded/leash';
import type { Outcome } from './stage.ts';
import { runVitest } from './vitest.ts';

/** Runs the black-box flows against a whole of their own, which starts for the first time and is removed afterwards. */
export async function checkEndToEnd(filters: readonly string[]): Promise<Outcome> {
  const files = globSync('e2e/**/*.test.ts', { cwd: root });
  const wanted = files.filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)));
  if (wanted.length === 0) return { isPassed: true, output: '', note: 'no tests' };

  const home = mkdtempSync(join(tmpdir(), 'loyalnest-e2e-'));
  // Root runs PostgreSQL as another user, who has to get at it.
  chmodSync(home, 0o755);
  try {
    return await runAgainst(home, filters);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** Away from the ports that a running copy or its neighbour probably uses. */
const lowestPortBase = 17_400;

async function runAgainst(home: string, filters: readonly string[]): Promise<Outcome> {
  const base = await findFreeBase(lowestPortBase);
  if (base === undefined) throw new Error(`no free ports from ${lowestPortBase} on`);
  const instance = findInstance({ LOYALNEST_HOME: home, LOYALNEST_PORT_BASE: String(base) });
  const silent = { begin: ignore, update: ignore, done: ignore, say: ignore };
  const running = await startInBackground({ instance, progress: silent });
  const held = leash(running.pid, 'TERM');
  try {
    const state = readState(instance);
    if (!state) throw new Error('the instance has left no state');
    const env = toolEnvironment(instance, { state, secrets: readSecrets(instance) });
    return await runVitest({ projects: ['e2e'], filters, env });
  } finally {
    held.release();
    await running.stop();
  }
}

function ignore(): void {}
