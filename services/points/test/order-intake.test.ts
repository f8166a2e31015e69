import { ManualClock } from '@loyalnest/platform/clock';
import type { Database } from '@loyalnest/platform/database/database';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OrderIntake } from '../src/intake/order-intake.ts';
import { Ledger } from '../src/ledger/ledger.service.ts';
import { aLine, aRefund, aSnapshot, facts } from './orders.ts';
import { installShop } from './programme.ts';

let databases: TestDatabase;
let database: Database;
let intake: OrderIntake;
let merchantId = 0;
const clock = new ManualClock('2026-03-02T00:00:00Z');

beforeAll(async () => {
  databases = await cloneDatabase();
  database = databases.as('points');
  intake = new OrderIntake(database, clock, new OutboxSignal());
});

beforeEach(async () => {
  merchantId += 1;
  await installShop(database, clock, { merchantId });
});

afterAll(async () => {
  intake.onApplicationShutdown();
  await databases.close();
});

async function balance(customerId = 7) {
  const { rows } = await databases.owner.query<{ pending: string; available: string; held: string }>(
    'select pending, available, held from points.customer_balances where merchant_id = $1 and customer_id = $2',
    [merchantId, customerId],
  );
  const [row] = rows;
  return row && { pending: Number(row.pending), available: Number(row.available), held: Number(row.held) };
}

async function transfers() {
  const { rows } = await databases.owner.query<{ kind: string; points: string; business_key: string }>(
    'select kind, points, business_key from points.points_transactions where merchant_id = $1 order by transfer_id',
    [merchantId],
  );
  return rows.map((row) => `${row.kind} ${row.points} ${row.business_key}`);
}

describe('order intake', () => {
  it('posts an order once when it is delivered twice', async () => {
    await intake.submit({ merchantId, orderId: 1, facts: facts() });
    await intake.submit({ merchantId, orderId: 1, facts: facts() });
    expect(await balance()).toEqual({ pending: 0, available: 37, held: 0 });
    expect(await transfers()).toEqual(['earn 37 order/1/earn']);
  });

  it('posts 300 orders of 50 customers that arrive at once', async () => {
    const orders = Array.from({ length: 300 }, (_, index) => ({
      merchantId,
      orderId: index + 1,
      facts: facts({ snapshot: aSnapshot({ customerId: (index % 50) + 1 }) }),
    }));
    await Promise.all(orders.map((order) => intake.submit(order)));
    expect(await balance(1)).toEqual({ pending: 0, available: 6 * 37, held: 0 });
    expect(await transfers()).toHaveLength(300);
  });

  it('takes back what a refund takes off, cumulatively', async () => {
    const two = aSnapshot({
      lines: [aLine({ quantity: 2, currentQuantity: 2, priceMinor: 1_050 })],
      totalMinor: 2_100,
    });
    await intake.submit({ merchantId, orderId: 1, facts: facts({ snapshot: two }) });
    const line = { lineId: 1, quantity: 1, subtotalMinor: 1_050, taxMinor: 0 };
    const first = aRefund({ id: 1, lines: [line], totalMinor: 1_050 });
    const second = aRefund({ id: 2, lines: [line], totalMinor: 1_050 });
    await intake.submit({ merchantId, orderId: 1, facts: facts({ snapshot: null, refunds: { 1: first } }) });
    expect(await balance()).toMatchObject({ available: 10 });
    await intake.submit({ merchantId, orderId: 1, facts: facts({ snapshot: null, refunds: { 2: second } }) });
    expect(await balance()).toMatchObject({ available: 0 });
  });

  it('posts nothing for a refund that comes before its order, and the rest when the order comes', async () => {
    const refund = aRefund({ id: 1, totalMinor: 700 });
    await intake.submit({ merchantId, orderId: 1, facts: facts({ snapshot: null, refunds: { 1: refund } }) });
    expect(await balance()).toBeUndefined();
    await intake.submit({ merchantId, orderId: 1, facts: facts() });
    expect(await balance()).toMatchObject({ available: 30 });
    expect(await transfers()).toEqual(['earn 30 order/1/earn']);
  });

  it('fails only the order that cannot be posted', async () => {
    const absurd = aSnapshot({
      lines: [aLine({ quantity: 9_000_000, currentQuantity: 9_000_000, priceMinor: 900_000_000 })],
    });
    await installShop(database, clock, { merchantId: merchantId + 500, settings: {} });
    const results = await Promise.allSettled([
      intake.submit({ merchantId, orderId: 1, facts: facts() }),
      intake.submit({ merchantId: 999_999, orderId: 2, facts: facts({ snapshot: absurd }) }),
      intake.submit({ merchantId, orderId: 3, facts: facts() }),
    ]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await balance()).toMatchObject({ available: 74 });
  });

  it('fails only the order whose business key was used for something else', async () => {
    await database.forMerchant(merchantId, (tx) =>
      new Ledger(database).post(
        tx,
        merchantId,
        [
          {
            kind: 'earn',
            to: 'available',
            customerId: 9,
            points: 1,
            businessKey: 'order/2/earn',
            actor: 'api:1',
            earnedAt: clock.now(),
            expiresAt: null,
          },
        ],
        clock.now(),
      ),
    );
    const results = await Promise.allSettled(
      [1, 2, 3].map((orderId) => intake.submit({ merchantId, orderId, facts: facts() })),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { name: 'PoisonOrder' } });
    expect(await balance()).toMatchObject({ available: 74 });
  });
});
