import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { commandAs, type Account } from './account.ts';
import type { PostgresBinaries } from './binaries.ts';
import { EmbeddedPostgresError, explainLog } from './errors.ts';

export const ownerRole = 'loyalnest';
/**
 * The log grows by a segment at a time, as long as no old one can be used again. Whoever needs it fills it with zeros and flushes it while
 * every commit waits, some 15 ms for 4 MB.
 */
const walSegmentMegabytes = 1;

export type Cluster = { dataDir: string; binaries: PostgresBinaries; account: Account };

/** Makes the cluster beside its place and moves it there when complete: an interrupted start leaves nothing half-made. */
export async function ensureCluster(cluster: Cluster & { isThrowaway: boolean }): Promise<void> {
  if (statSync(cluster.dataDir, { throwIfNoEntry: false })) return;
  const making = `${cluster.dataDir}.making`;
  const passwordFile = `${making}.password`;
  try {
    await rm(making, { recursive: true, force: true });
    await mkdir(making, { mode: 0o700 });
    await rm(passwordFile, { force: true });
    await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
    await giveTo(cluster.account, [making, passwordFile]);
    await initialize({ ...cluster, making, passwordFile });
    await rename(passwordFile, ownerPasswordFile(making));
    await rename(making, cluster.dataDir);
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    await rm(passwordFile, { force: true });
    throw EmbeddedPostgresError.from(error, cluster.dataDir);
  }
}

export function readOwnerPassword(dataDir: string): string {
  try {
    return readFileSync(ownerPasswordFile(dataDir), 'utf8');
  } catch (error) {
    const message = `${ownerPasswordFile(dataDir)}, the password of the database's owner, is missing`;
    throw new EmbeddedPostgresError('data-folder', message, { cause: error });
  }
}

/** Kept inside the data folder, so that a copy of the folder can be started. */
function ownerPasswordFile(dataDir: string): string {
  return join(dataDir, 'owner-password');
}

async function giveTo(account: Account, paths: string[]): Promise<void> {
  if (account.kind === 'self') return;
  for (const path of paths) await chown(path, account.uid, account.gid);
}

async function initialize(
  options: Cluster & { making: string; passwordFile: string; isThrowaway: boolean },
): Promise<void> {
  const { making, passwordFile } = options;
  const program = join(options.binaries.folder, 'bin/initdb');
  const { command, args, spawnOptions } = commandAs(options.account, program, [
    ...['-D', making, '-U', ownerRole, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8'],
    // Byte order is the fastest and never changes with the system's libraries; lower() and upper() still know Unicode.
    ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions'],
    `--wal-segsize=${walSegmentMegabytes}`,
    ...(options.isThrowaway ? ['--no-sync'] : []),
  ]);
  const child = spawn(command, args, { ...spawnOptions, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((settle, fail) => child.once('error', fail).once('close', settle));
  if (code !== 0)
    throw explainLog(output, {
      fallback: `initdb failed: ${output.trim().split('\n').at(-1)}`,
      folder: options.dataDir,
    });
}
