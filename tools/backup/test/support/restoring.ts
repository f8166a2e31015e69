import { join } from 'node:path';
import { recover } from '../../src/restore/recover.ts';
import { restoreFolder } from '../../src/restore/restore-folder.ts';
import type { SealedTarget } from '../../src/target/sealed-target.ts';
import { aFolder, serve, type TestServer } from './a-server.ts';

/** Restores into a folder of its own, and returns it running as a server like any other. */
export async function restored(target: SealedTarget, to?: Date): Promise<TestServer> {
  const dataDir = join(aFolder(), 'postgres');
  const { account } = await restoreFolder({ target, dataDir, ownedLike: dataDir, to, onProgress: () => undefined });
  const { server } = await recover({ dataDir, account, logFile: `${dataDir}.log`, to });
  await server.stop();
  return serve(dataDir);
}
