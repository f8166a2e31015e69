import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../src/testing/database.ts';

const earlierCondition = 'merchant_id = any ((select loyalnest.merchant_ids())::bigint[])';
let databases: TestDatabase;

beforeAll(async () => {
  databases = await cloneDatabase();
});
afterAll(() => databases.close());

/** How the balance of one customer is looked up by a transaction that states two merchants, and whether it is seen. */
async function lookUp(merchantId: number): Promise<{ plan: string; isSeen: boolean }> {
  const sql = `select customer_id from customer_balances where merchant_id = ${merchantId} and customer_id = 7`;
  return databases.as('points').forLookUps([1, 2], async (tx) => {
    const lines = await tx.query<{ 'QUERY PLAN': string }>(`explain ${sql}`);
    const rows = await tx.query(sql);
    return { plan: lines.map((line) => line['QUERY PLAN']).join('\n'), isSeen: rows.length === 1 };
  });
}

it('is checked beside the index, also where a table was separated with another condition', async () => {
  const { owner } = databases;
  await owner.query('insert into points.customer_balances (merchant_id, customer_id) values (1, 7), (3, 7)');
  await owner.query(`alter policy tenant on points.customer_balances using (${earlierCondition})`);
  const earlier = await lookUp(1);
  expect(earlier.isSeen).toBe(true);
  expect(earlier.plan).toMatch(/Index Cond:.*= ANY/);

  await owner.query('set search_path = points; call loyalnest.separate_tenants_anew(); reset search_path');
  const own = await lookUp(1);
  expect(own.isSeen).toBe(true);
  expect(own.plan).toMatch(/Index Cond: \(\(merchant_id = '?1'?(::bigint)?\) AND \(customer_id = '?7'?(::bigint)?\)\)/);
  expect(own.plan).toMatch(/Filter:.*= ANY/);
  expect((await lookUp(3)).isSeen).toBe(false);
});

it('is the same for every table that a service separates', async () => {
  const { rows } = await databases.owner.query<{ qual: string }>(
    `select distinct regexp_replace(qual, '[[:space:]]+', ' ', 'g') as qual from pg_policies where policyname = 'tenant'`,
  );
  expect(rows).toHaveLength(1);
  expect(rows[0]?.qual).toContain('(merchant_id + 0) = ANY');
});
