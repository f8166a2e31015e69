import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOwnWhole, type OwnWhole } from './own-whole.ts';
import { newId, orderPayload } from './payloads.ts';
import { Shop } from './shop.ts';
import { Stored } from './stored.ts';

let whole: OwnWhole;
let shop: Shop;
let stored: Stored;

beforeAll(async () => {
  whole = await startOwnWhole({ logLevel: 'info' });
  shop = await Shop.open(whole.running, 'restart');
  stored = new Stored(whole.running);
});

afterAll(async () => {
  await stored?.close();
  await whole?.close();
});

/** Deliveries under way at once, as from a courier. */
const lanes = 24;
const customers = Array.from({ length: 40 }, () => newId());

type Sent = {
  orderId: number;
  customerId: number;
  order: Record<string, unknown>;
  status: number;
  retryAfter: string | null;
};

/** Delivers order after order until it is told to stop. Every answer is kept: what was acknowledged must be there. */
function startLoad() {
  const sent: Sent[] = [];
  let isStopped = false;
  const lane = async () => {
    while (!isStopped) {
      const customerId = customers[sent.length % customers.length]!;
      const order = orderPayload({ customer: { id: customerId } });
      const { status, headers } = await shop.deliver('orders/create', order);
      sent.push({ orderId: order.id, customerId, order, status, retryAfter: headers.get('retry-after') });
      if (status !== 200) await sleep(100);
    }
  };
  const running = Promise.all(Array.from({ length: lanes }, lane));
  return {
    sent,
    acknowledged: () => sent.filter(({ status }) => status === 200),
    async stop() {
      isStopped = true;
      await running;
    },
  };
}

describe.each(['orderly', 'kill'] as const)('PostgreSQL that is restarted under load (%s)', (how) => {
  it('costs no acknowledged order, and is no reason to restart the server', async () => {
    const load = startLoad();
    await expect.poll(() => load.acknowledged().length, { timeout: 30_000 }).toBeGreaterThan(200);
    const balanceOf = (customerId: number | undefined) =>
      shop.asMerchant('GET', `/v1/api/points/balance?customerId=${customerId}`);
    const before = await balanceOf(customers[0]);
    expect(before.body).not.toHaveProperty('asOf');
    const readAt = Date.now();
    await whole.postgres.stop(how);
    const sentBefore = load.sent.length;
    await expect.poll(() => load.sent.length, { timeout: 30_000 }).toBeGreaterThan(sentBefore + 2 * lanes);
    // What was read before is told, with when that was; orders of a moment later are not in it.
    const { asOf, ...recalled } = (await balanceOf(customers[0])).body as { asOf: string };
    expect(recalled).toEqual(before.body);
    expect(Math.abs(Date.parse(asOf) - readAt)).toBeLessThan(5_000);
    const neverRead = await balanceOf(newId());
    expect(neverRead).toMatchObject({ status: 503, body: { code: 'database-unavailable' } });
    expect(neverRead.headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await fetch(`${whole.running.serverUrl}/readyz`)).status).toBe(503);

    await whole.postgres.start();
    const back = load.acknowledged().length;
    await expect.poll(() => load.acknowledged().length, { timeout: 60_000 }).toBeGreaterThan(back + 200);
    await load.stop();

    const refused = load.sent.filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThan(lanes);
    for (const { status, retryAfter } of refused)
      expect([status, retryAfter]).toEqual([503, expect.stringMatching(/^\d+$/)]);
    const acknowledged = load.acknowledged().map(({ orderId }) => orderId);
    expect(await posted(acknowledged)).toEqual({ orders: acknowledged.length, transfers: acknowledged.length });

    // Shopify comes back with what was refused, whether or not it had been posted.
    for (const { order } of refused) expect(await shop.deliver('orders/create', order)).toMatchObject({ status: 200 });
    const all = load.sent.map(({ orderId }) => orderId);
    expect(await posted(all)).toEqual({ orders: all.length, transfers: all.length });
    expect((await fetch(`${whole.running.serverUrl}/readyz`)).status).toBe(200);
    expect((await balanceOf(customers[0])).body).not.toHaveProperty('asOf');
  }, 180_000);

  it('leaves balances that are exactly the orders', async () => {
    const rows = await stored.rows<{ customer_id: string; points: number; available: number }>(
      `select customer_id, balances.available::int as available, sum(due_points)::int as points
       from points.orders join points.customer_balances as balances using (merchant_id, customer_id)
       group by customer_id, balances.available`,
    );
    expect(rows.length).toBe(customers.length);
    for (const { points, available } of rows) expect(available).toBe(points);
  });
});

async function posted(orderIds: number[]): Promise<{ orders: number; transfers: number }> {
  return {
    orders: await stored.count('points.orders', 'order_id = any ($1::bigint[])', [orderIds]),
    transfers: await stored.count('points.points_transactions', 'order_id = any ($1::bigint[])', [orderIds]),
  };
}
