import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { Database } from '../database/database.ts';
import { createPool } from '../database/pool.ts';
import { serviceDatabaseUrl } from '../database/roles.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgres: { ownerUrl: string; templateName: string; roleSecret: string };
  }
}

export type TestDatabase = {
  /** Connection of the owner; for looking at what happened, never for the code under test. */
  ownerUrl: string;
  owner: pg.Pool;
  roleSecret: string;
  /** The database as one service sees it. */
  as(service: string): Database;
  close(): Promise<void>;
};

/** Clones the migrated template: every test file has a database of its own. */
export async function cloneDatabase(): Promise<TestDatabase> {
  const { ownerUrl, templateName, roleSecret } = inject('postgres');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(ownerUrl, `create database ${name} template ${templateName}`);
  const url = new URL(ownerUrl);
  url.pathname = `/${name}`;
  const owner = new pg.Pool({ connectionString: url.toString(), max: 3 });
  owner.on('error', () => undefined);
  const pools: pg.Pool[] = [owner];
  return {
    ownerUrl: url.toString(),
    owner,
    roleSecret,
    as(service) {
      const connectionString = serviceDatabaseUrl({ databaseUrl: url.toString(), service, roleSecret });
      const pool = createPool({ connectionString, max: 6, applicationName: `test-${service}` });
      pools.push(pool);
      return new Database(pool);
    },
    async close() {
      await Promise.all(pools.map((pool) => pool.end()));
      await onServer(ownerUrl, `drop database if exists ${name} with (force)`);
    },
  };
}

async function onServer(ownerUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
