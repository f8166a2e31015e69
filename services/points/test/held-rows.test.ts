import { createHmac } from 'node:crypto';
import { defaultProgrammeSettings } from '@loyalnest/contracts/programme';
import { Database } from '@loyalnest/platform/database/database';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OrderIntake } from '../src/intake/order-intake.ts';
import { LostRace, retryLostRaces } from '../src/ledger/lost-race.ts';
import { clientSecret, openMerchantRoom, type MerchantRoom } from './merchant-room.ts';

let room: MerchantRoom;
let holder: { query(text: string, values?: unknown[]): Promise<unknown>; release(destroy: boolean): void };
let merchantId = 0;

beforeAll(async () => {
  room = await openMerchantRoom('2026-03-02T00:00:00Z');
});
beforeEach(async () => {
  merchantId += 1;
  await room.install(merchantId);
  await room.order(merchantId, 1);
  holder = await room.databases.owner.connect();
});
afterEach(() => holder.release(true));
afterAll(() => room.close());

/** Somebody holds a table against changes, until `letGo`. It changes nothing itself: that would hold up everybody's events. */
async function hold(table: string): Promise<void> {
  await holder.query('begin');
  await holder.query(`lock table points.${table} in exclusive mode`);
}
async function holdCustomer(): Promise<void> {
  await holder.query('begin');
  const whose = 'merchant_id = $1 and customer_id = 7';
  await holder.query(`select from points.customer_balances where ${whose} for update`, [merchantId]);
}
const letGo = () => holder.query('commit');

/** Lets no statement of the service take longer. */
async function allow(statementMs: number): Promise<void> {
  room.running.app.get(Database, { strict: false }).pool.options.statement_timeout = statementMs;
  await room.databases.owner.query(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity
     where usename = 'loyalnest_points' and datname = current_database()`,
  );
}

/** Delivers an order of 37 points of customer 7 as Shopify does. */
async function deliver(orderId: number) {
  const at = '2026-03-01T10:00:00Z';
  const line = { id: 1, product_id: 11, quantity: 1, price: '37.00' };
  const order = { id: orderId, created_at: at, updated_at: at, currency: 'EUR', total_price: '37.00' };
  const body = JSON.stringify({ ...order, financial_status: 'paid', customer: { id: 7 }, line_items: [line] });
  const response = await fetch(`${room.running.url}/webhooks/shopify`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-shopify-topic': 'orders/create',
      'x-shopify-shop-domain': `shop-${merchantId}.myshopify.com`,
      'x-shopify-webhook-id': `${merchantId}/${orderId}`,
      'x-shopify-hmac-sha256': createHmac('sha256', clientSecret).update(body).digest('base64'),
    },
  });
  const text = await response.text();
  return { status: response.status, code: text === '' ? null : (JSON.parse(text) as { code?: string }).code };
}

async function available(): Promise<number | undefined> {
  const { rows } = await room.databases.owner.query<{ available: number }>(
    'select available::int from points.customer_balances where merchant_id = $1 and customer_id = 7',
    [merchantId],
  );
  return rows[0]?.available;
}

async function keptFailures(): Promise<number> {
  const { rowCount } = await room.databases.owner.query('select from points.webhook_failures where merchant_id = $1', [
    merchantId,
  ]);
  return rowCount ?? 0;
}

describe('an order that needs what somebody holds', () => {
  it.each([
    ['the wait for the lock', 15_000],
    ['a statement', 300],
  ])('is sent back by the limit of %s, kept nowhere, and posted by its next delivery', async (_, statementMs) => {
    await allow(statementMs);
    await hold('customer_balances');
    expect(await deliver(2)).toEqual({ status: 503, code: 'overloaded' });
    expect(await keptFailures()).toBe(0);
    await letGo();
    expect((await deliver(2)).status).toBe(200);
    expect(await available()).toBe(74);
    expect(await keptFailures()).toBe(0);
  });

  it('does not keep the orders that came with it', async () => {
    await allow(15_000);
    await holdCustomer();
    const results = await Promise.allSettled([
      room.order(merchantId, 2),
      room.order(merchantId, 3, { customerId: 8 }),
      room.order(merchantId, 4, { customerId: 9 }),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(results[0]).toMatchObject({ reason: { code: 'overloaded' } });
  });

  it('holds the door for some seconds at most, however many of them there are', async () => {
    await allow(15_000);
    for (const customerId of [21, 22, 23, 24, 25, 26]) await room.order(merchantId, customerId, { customerId });
    await hold('customer_balances');
    const startedAt = performance.now();
    const waiting = [21, 22, 23, 24, 25, 26].map((customerId) =>
      room.order(merchantId, 100 + customerId, { customerId }),
    );
    const results = await Promise.allSettled(waiting);
    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 'rejected'));
    expect(performance.now() - startedAt).toBeLessThan(7_000);
    await letGo();
    const intake = room.running.app.get(OrderIntake, { strict: false });
    await room.order(merchantId, 200, { customerId: 21 });
    expect(intake.waiting).toBe(0);
  });
});

describe('a request that needs what somebody holds', () => {
  it.each([
    ['an adjustment', 'POST', '/v1/api/points/adjust', { customerId: 7, points: 5, reason: 'Sorry' }],
    ['a redemption', 'POST', '/v1/api/points/redeem', { customerId: 7, rewardId: 0 }],
    ['a save of the rules', 'PUT', '/v1/api/points/settings', { version: 2, settings: defaultProgrammeSettings }],
  ])('is answered that there is too much to do: %s', async (_, method, path, body) => {
    await allow(300);
    const { rows } = await room.databases.owner.query<{ reward_id: string }>(
      `select reward_id from points.rewards where merchant_id = $1 and kind = 'fixed_amount'`,
      [merchantId],
    );
    const request = 'rewardId' in body ? { ...body, rewardId: Number(rows[0]?.reward_id) } : body;
    await hold(method === 'PUT' ? 'settings_epoch' : 'customer_balances');
    const headers = { 'idempotency-key': 'one' };
    const answer = await room.as(merchantId, method, path, { body: request, headers });
    expect(answer).toMatchObject({ status: 503, body: { code: 'overloaded' } });
    await letGo();
    const again = await room.as(merchantId, method, path, { body: request, headers });
    // 37 points buy no reward; that is an answer.
    expect(again.status).toBe('rewardId' in body ? 422 : again.status === 201 ? 201 : 200);
  });
});

describe('work that loses every race', () => {
  it('is too much at once for whoever asked', async () => {
    const lost = retryLostRaces(() => Promise.reject(new LostRace('again')));
    await expect(lost).rejects.toMatchObject({ code: 'overloaded', cause: { message: 'again' } });
  });
});
