import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitingForGiftCardsSql } from '../src/reconciliation/reconciliation.repository.ts';

let databases: TestDatabase;

beforeAll(async () => {
  databases = await cloneDatabase();
});
afterAll(() => databases.close());

it('learns nothing of what orders and events say, and of all else as before', async () => {
  const { owner } = databases;
  await owner.query(`insert into points.orders (merchant_id, order_id, revision, snapshot, award)
    select 1, n, 1, jsonb_build_object('total', n), jsonb_build_object('points', n) from generate_series(1, 50) as n`);
  await owner.query(`insert into points.outbox (merchant_id, key, type, payload, occurred_at)
    select 1, n, 'points.earned', jsonb_build_object('points', n), now() from generate_series(1, 50) as n`);
  await owner.query('analyze points.orders, points.outbox');
  const { rows } = await owner.query<{ name: string }>(
    `select tablename || '.' || attname as name from pg_stats
     where schemaname = 'points' and tablename in ('orders', 'outbox')`,
  );
  const learnt = rows.map(({ name }) => name);
  for (const name of ['orders.snapshot', 'orders.refunds', 'orders.award', 'outbox.payload'])
    expect(learnt).not.toContain(name);
  expect(learnt).toEqual(expect.arrayContaining(['orders.merchant_id', 'orders.customer_id', 'outbox.type']));
});

it('still finds the orders that wait for a gift card by their own index', async () => {
  const { owner } = databases;
  await owner.query(`insert into points.orders (merchant_id, order_id, revision, snapshot)
    select 2, n, 1, jsonb_build_object('gateways', '["card"]'::jsonb, 'giftCardMinor', null) from generate_series(1, 5000) as n`);
  await owner.query('analyze points.orders');
  const plan = await databases
    .as('points')
    .forMerchants([1, 2], (tx) => tx.query<{ 'QUERY PLAN': string }>(`explain ${waitingForGiftCardsSql}`, [1, 7, 100]));
  expect(plan.map((line) => line['QUERY PLAN']).join()).toContain('orders_waiting_for_gift_cards');
});
