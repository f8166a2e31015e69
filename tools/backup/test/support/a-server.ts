import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { startEmbeddedPostgres, throwawaySettings, type EmbeddedPostgres } from '@loyalnest/platform/database/embedded';
import type { KeyFile } from '@loyalnest/platform/crypto/key-file';
import { freePort } from '@loyalnest/platform/testing/ports';
import pg from 'pg';
import { onTestFinished } from 'vitest';

/** A folder that goes away after the test, and that PostgreSQL's user can reach. */
export function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'loyalnest-backup-'));
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function aKey(): KeyFile {
  return { current: 1, keys: new Map([[1, randomBytes(32)]]) };
}

export type TestServer = {
  folder: string;
  dataDir: string;
  url: string;
  pid: number;
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  stop(): Promise<void>;
  /** As a power cut would, and nothing starts again. */
  kill(): Promise<void>;
};

/** A PostgreSQL of the test's own, with a table `orders (id, note)`. */
export async function aServer(settings: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  const server = await serve(join(aFolder(), 'postgres'), settings);
  await server.query('create table orders (id bigint primary key, note text not null)');
  return server;
}

/** Starts a PostgreSQL on a data folder that is there, or on a new one. */
export async function serve(dataDir: string, settings: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  const options = {
    dataDir,
    port: await freePort(),
    logFile: `${dataDir}.log`,
    settings: { ...throwawaySettings, synchronous_commit: 'on', shared_buffers: '16MB', ...settings },
  };
  const postgres: EmbeddedPostgres = await startEmbeddedPostgres(options);
  onTestFinished(() => postgres.stop());
  const pool = new pg.Pool({ connectionString: postgres.ownerUrl, max: 2 });
  pool.on('error', () => undefined);
  return {
    folder: join(dataDir, '..'),
    dataDir,
    url: postgres.ownerUrl,
    pid: postgres.pid,
    query: async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
      (await pool.query<Row>(text, values)).rows,
    async stop() {
      await pool.end();
      await postgres.stop();
    },
    async kill() {
      process.kill(postgres.pid, 'SIGKILL');
      await postgres.exited;
      await pool.end();
    },
  };
}

export async function placeOrders(server: TestServer, from: number, until: number): Promise<void> {
  await server.query(`insert into orders select id, 'order ' || id from generate_series($1::bigint, $2) as id`, [
    from,
    until,
  ]);
}

export async function countOrders(server: TestServer): Promise<number> {
  const [row] = await server.query<{ count: string }>('select count(*) from orders');
  return Number(row?.count);
}
