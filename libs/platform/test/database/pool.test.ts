import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../src/testing/database.ts';

let databases: TestDatabase;

beforeAll(async () => {
  databases = await cloneDatabase();
});

afterEach(() => void vi.useRealTimers());
afterAll(() => databases.close());

it('outlives the loss of a connection in use, and tells whoever used it', async () => {
  const database = databases.as('points');
  const lost = database.forNoMerchant(async (tx) => {
    const [backend] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
    await databases.owner.query('select pg_terminate_backend($1, 5000)', [backend?.pid]);
    return tx.query('select 1');
  });
  await expect(lost).rejects.toMatchObject({ code: 'database-unavailable' });
  await expect(database.forNoMerchant((tx) => tx.query('select 1 as one'))).resolves.toEqual([{ one: 1 }]);
});

it('gives a connection up that says nothing, unless the work was allowed to take long', async () => {
  const database = databases.as('points');
  database.pool.options.query_timeout = 200;
  const silent = database.forNoMerchant((tx) => tx.query('select pg_sleep(5)'));
  await expect(silent).rejects.toMatchObject({ code: 'database-unavailable' });
  expect(database.pool.totalCount).toBe(0);
  const long = database.forNoMerchant(async (tx) => {
    await tx.allowMinutes(1);
    await tx.query('select pg_sleep(0.4)');
    return tx.query("select current_setting('statement_timeout') as allowed");
  });
  await expect(long).resolves.toEqual([{ allowed: '1min' }]);
});

it('keeps a connection for the next rush, and not for ever', async () => {
  const { pool } = databases.as('points');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const client = await pool.connect();
  client.release();
  vi.advanceTimersByTime(9 * 60_000);
  expect(pool.idleCount).toBe(1);
  vi.advanceTimersByTime(2 * 60_000);
  expect(pool.idleCount).toBe(0);
});
