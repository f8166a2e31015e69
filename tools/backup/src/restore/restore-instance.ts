import { existsSync, renameSync, rmSync } from 'node:fs';
import { UserError } from '@loyalnest/dev/errors';
import { prepareHome } from '@loyalnest/dev/home';
import type { Instance } from '@loyalnest/dev/instance';
import { takeLock } from '@loyalnest/dev/state';
import { clearStalePidFile } from '@loyalnest/platform/database/embedded/folder';
import type { Server } from '@loyalnest/platform/database/embedded/server';
import type { SealedTarget } from '../target/sealed-target.ts';
import { readRestored, type Restored } from './read-restored.ts';
import { recover } from './recover.ts';
import { restoreFolder, type Unpacked } from './restore-folder.ts';

export type InstanceRestored = Unpacked &
  Restored & {
    /** Where the data is that was there before. */
    replaced: string | undefined;
    /** How long fetching and writing took, and PostgreSQL's recovery. */
    fetchSeconds: number;
    recoverSeconds: number;
  };

/**
 * Brings an instance's embedded database back. Everything is fetched, proved and recovered beside its place first; only
 * then is what is there moved aside, and only when told to.
 */
export async function restoreInstance(options: {
  instance: Instance;
  target: SealedTarget;
  to: Date | undefined;
  replaces: boolean;
  onProgress: (text: string) => void;
}): Promise<InstanceRestored> {
  const { instance, target, to, replaces, onProgress } = options;
  const { postgres } = instance.paths;
  prepareHome(instance);
  const release = takeLock(instance);
  const making = `${postgres}.restoring`;
  try {
    if (existsSync(postgres)) {
      if (!replaces) throw new UserError(`${postgres} is there already; with --replace it is moved aside, not removed`);
      clearStalePidFile(postgres);
    }
    rmSync(making, { recursive: true, force: true });
    const startMs = performance.now();
    const unpacked = await restoreFolder({ target, dataDir: making, ownedLike: postgres, to, onProgress });
    const fetchedMs = performance.now();
    onProgress('PostgreSQL applies the log');
    const logFile = instance.logFile('postgres');
    const { server, port } = await recover({ dataDir: making, account: unpacked.account, logFile, to });
    const restored = await finish(server, () => readRestored({ dataDir: making, port }));
    return {
      ...unpacked,
      ...restored,
      replaced: moveIntoPlace(making, postgres),
      fetchSeconds: (fetchedMs - startMs) / 1_000,
      recoverSeconds: (performance.now() - fetchedMs) / 1_000,
    };
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    throw error;
  } finally {
    release();
  }
}

/** Stops it in any case: its folder is moved, or removed. */
async function finish<R>(server: Server, work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } finally {
    await server.stop();
  }
}

function moveIntoPlace(making: string, place: string): string | undefined {
  if (!existsSync(place)) {
    renameSync(making, place);
    return undefined;
  }
  const aside = `${place}.replaced-${new Date().toISOString().replace(/[-:]|\.\d{3}/g, '')}`;
  renameSync(place, aside);
  renameSync(making, place);
  return aside;
}
