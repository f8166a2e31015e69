import pg from 'pg';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { HeardClient } from '../../src/database/heard-client.ts';
import { cloneDatabase, type TestDatabase } from '../../src/testing/database.ts';

let databases: TestDatabase;

beforeAll(async () => {
  databases = await cloneDatabase();
});

afterAll(() => databases.close());

/** As a library makes it that does not listen to connections in use. */
function foreignPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({ connectionString: databases.ownerUrl, max: 1, ...config });
  pool.on('error', () => undefined);
  return pool;
}

it('tells whoever waits for its answer that the connection is lost, and nobody else', async () => {
  const uncaught: unknown[] = [];
  const note = (error: unknown) => uncaught.push(error);
  process.on('uncaughtException', note);
  onTestFinished(() => void process.off('uncaughtException', note));
  const pool = foreignPool({ Client: HeardClient });
  const client = await pool.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const ended = new Promise((resolve) => client.once('end', resolve));
  const sleeping = client.query('select pg_sleep(30)');
  await Promise.all([
    expect(sleeping).rejects.toMatchObject({ code: '57P01' }),
    databases.owner.query('select pg_terminate_backend($1, 5000)', [rows[0]?.pid]),
  ]);
  await ended;
  client.release(true);
  await expect(pool.query('select 1 as one')).resolves.toMatchObject({ rows: [{ one: 1 }] });
  await pool.end();
  expect(uncaught).toEqual([]);
});
