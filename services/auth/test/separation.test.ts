import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import type { Database } from '@loyalnest/platform/database/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const tenantTables = ['offline_tokens', 'sign_ins', 'refresh_tokens'];

let database: TestDatabase;
let auth: Database;

beforeAll(async () => {
  database = await cloneDatabase();
  auth = database.as('auth');
  for (const merchantId of [1, 2]) {
    await database.owner.query(`
      insert into auth.offline_tokens values
        (${merchantId}, 'shop-${merchantId}.myshopify.com', 'x', now(), 'x', now(), '{}', now(), now(), now());
      insert into auth.sign_ins values (${merchantId}, '00000000-0000-4000-8000-00000000000${merchantId}', 1, now(), now());
      insert into auth.refresh_tokens values
        (${merchantId}, sha256('${merchantId}'), '00000000-0000-4000-8000-00000000000${merchantId}', gen_random_uuid(), now(), now());
      insert into auth.revoked_tokens values (${merchantId}, gen_random_uuid(), now(), now());
      insert into auth.shops values (${merchantId}, 'shop-${merchantId}.myshopify.com', 'EUR', 'UTC');
    `);
  }
});
afterAll(() => database.close());

describe('the database', () => {
  it.each(tenantTables)('shows the rows of %s to their merchant only', async (table) => {
    const select = `select merchant_id from ${table}`;
    expect(await auth.forMerchant(1, (tx) => tx.query(select))).toEqual([{ merchant_id: 1 }]);
    expect(await auth.forNoMerchant((tx) => tx.query(select))).toEqual([]);
  });

  it.each(['offline_tokens', 'sign_ins', 'revoked_tokens'])(
    'deletes nothing of another merchant from %s',
    async (table) => {
      expect(await auth.forMerchant(1, (tx) => tx.execute(`delete from ${table} where merchant_id = 2`))).toBe(0);
    },
  );

  it('takes no row for another merchant', async () => {
    const insert = `insert into revoked_tokens values (2, gen_random_uuid(), now(), now())`;
    await expect(auth.forMerchant(1, (tx) => tx.execute(insert))).rejects.toThrow('row-level security');
  });

  it('shows everybody which tokens are revoked, and which shop is which merchant', async () => {
    expect(await auth.forNoMerchant((tx) => tx.query('select merchant_id from revoked_tokens'))).toHaveLength(2);
    expect(await auth.forNoMerchant((tx) => tx.query('select merchant_id from shops'))).toHaveLength(2);
  });

  it('keeps revocations as they are', async () => {
    const change = 'update revoked_tokens set expires_at = now()';
    await expect(auth.forMerchant(1, (tx) => tx.execute(change))).rejects.toThrow('permission denied');
    await expect(database.owner.query('update auth.revoked_tokens set expires_at = now()')).rejects.toThrow(
      'append-only',
    );
  });

  it('lets auth see no other room', async () => {
    await expect(auth.forMerchant(1, (tx) => tx.query('select 1 from points.shops'))).rejects.toThrow(
      'permission denied',
    );
  });
});
