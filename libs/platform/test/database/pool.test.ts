import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../src/testing/database.ts';

let databases: TestDatabase;

beforeAll(async () => {
  databases = await cloneDatabase();
});

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
