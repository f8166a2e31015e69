import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startInBackground } from '@loyalnest/dev/detach';
import { findFreeBase } from '@loyalnest/dev/ports';
import { leash } from '@loyalnest/platform/database/embedded/leash';
import type { TestProject } from 'vitest/node';
import { describeRunning, findRunning, instanceAt, portsOf, wantedShape } from './running.ts';

/** Away from the ports that a running copy or its neighbour probably uses, and from the other shape's, which is tested meanwhile. */
const lowestPortBases = { 'one-process': 18_400, distributed: 14_400 };

/** Gives the tests a whole: the one they were started for, or one of their own that is removed afterwards. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = findRunning(process.env);
  if (given) {
    project.provide('running', given);
    return undefined;
  }

  const home = mkdtempSync(join(tmpdir(), 'loyalnest-e2e-'));
  // Root runs PostgreSQL as another user, who has to get at it.
  chmodSync(home, 0o755);
  const wanted = wantedShape();
  const lowestPortBase = lowestPortBases[wanted.shape];
  const portBase = await findFreeBase(lowestPortBase, portsOf(wanted));
  if (portBase === undefined) throw new Error(`no free ports from ${lowestPortBase} on`);
  const instance = instanceAt(home, portBase);
  const background = await startInBackground({ instance, progress: silent, wanted });
  const held = leash(background.pid, 'TERM');
  project.provide('running', describeRunning(instance));
  return async () => {
    held.release();
    await background.stop();
    rmSync(home, { recursive: true, force: true });
  };
}

function ignore(): void {}

const silent = { begin: ignore, update: ignore, done: ignore, say: ignore };
