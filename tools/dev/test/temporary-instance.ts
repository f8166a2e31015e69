import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { prepareHome } from '../src/home.ts';
import { findInstance, type Instance } from '../src/instance.ts';
import { findFreeBase } from '../src/ports.ts';

/** An instance with a folder of its own, removed after the test, and as many ports that nobody uses. */
export async function aTemporaryInstance(portCount = 4): Promise<Instance> {
  const home = mkdtempSync(join(tmpdir(), 'loyalnest-dev-'));
  chmodSync(home, 0o755);
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  // Below the ports that the system gives to connections, which come and go.
  const base = await findFreeBase(24_400 + Math.floor(Math.random() * 500) * 10, portCount);
  const instance = findInstance({ LOYALNEST_HOME: home, LOYALNEST_PORT_BASE: String(base) });
  prepareHome(instance);
  return instance;
}
