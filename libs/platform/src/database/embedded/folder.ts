import { accessSync, constants, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './account.ts';
import type { PostgresBinaries } from './binaries.ts';
import { EmbeddedPostgresError } from './errors.ts';
import { isAlive, servesFolder } from './processes.ts';

/** A fast shutdown writes a last checkpoint; after this long the immediate one leaves that to the next start. */
const stopTimeoutMs = 60_000;
const pollMs = 25;

/** Says what is wrong with a data folder before PostgreSQL says it in its own way. */
export function assertDataFolder(options: { dataDir: string; binaries: PostgresBinaries; account: Account }): void {
  const { dataDir, binaries, account } = options;
  const broken = (text: string, cause?: unknown) => new EmbeddedPostgresError('data-folder', text, { cause });
  const stats = statSync(dataDir);
  if (!stats.isDirectory()) throw broken(`${dataDir} is not a folder`);
  if (stats.uid !== account.uid) {
    throw broken(
      `${dataDir} belongs to user ${stats.uid}, not to user ${account.uid} who runs this; chown -R it, or run as its owner`,
    );
  }
  const version = readVersion(dataDir);
  if (version === binaries.major) return;
  if (version === undefined || !/^\d+(\.\d+)?$/.test(version))
    throw broken(`${dataDir} is not a PostgreSQL data folder: PG_VERSION is missing or damaged`);
  throw broken(`${dataDir} was made by PostgreSQL ${version}, and this is PostgreSQL ${binaries.major}`);
}

function readVersion(dataDir: string): string | undefined {
  try {
    accessSync(dataDir, constants.R_OK | constants.X_OK);
    return readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw EmbeddedPostgresError.from(error, dataDir);
  }
}

/**
 * After a crash the pid in `postmaster.pid` may belong to another program by now, and PostgreSQL would refuse to start.
 * Throws when it really is a running server.
 */
export function clearStalePidFile(dataDir: string): void {
  const pid = readPid(dataDir);
  if (pid === undefined || !isAlive(pid)) return;
  if (servesFolder(pid, dataDir)) {
    const message = `PostgreSQL is already running on ${dataDir} (process ${pid})`;
    throw new EmbeddedPostgresError('already-running', message);
  }
  rmSync(pidFile(dataDir), { force: true });
}

/** Whether the server with this pid accepts connections: it says so in its pid file, as `pg_ctl` knows. */
export function isReady(dataDir: string, pid: number): boolean {
  const lines = readPidFile(dataDir);
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
}

/** Stops a server that an earlier, crashed run left behind. Returns whether there was one. */
export async function stopStrayPostgres(dataDir: string): Promise<boolean> {
  const pid = readPid(dataDir);
  if (pid === undefined || !isAlive(pid) || !servesFolder(pid, dataDir)) return false;
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    process.kill(pid, signal);
    for (let waitedMs = 0; waitedMs < stopTimeoutMs; waitedMs += pollMs) {
      if (!isAlive(pid)) return true;
      await sleep(pollMs);
    }
  }
  throw new EmbeddedPostgresError('already-running', `PostgreSQL (process ${pid}) on ${dataDir} does not stop`);
}

function readPid(dataDir: string): number | undefined {
  const pid = Number(readPidFile(dataDir)[0]);
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

function readPidFile(dataDir: string): string[] {
  try {
    return readFileSync(pidFile(dataDir), 'utf8').split('\n');
  } catch {
    return [];
  }
}

function pidFile(dataDir: string): string {
  return join(dataDir, 'postmaster.pid');
}
