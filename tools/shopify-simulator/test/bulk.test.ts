import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrange } from '../src/bulk/arrange.ts';
import { allocate, decimal, parseDecimal } from '../src/commerce/money.ts';
import { createRandom } from '../src/time/random.ts';
import { payloadOf, startBench, type Bench, type Received } from './harness.ts';

type Row = {
  kind: string;
  order_id: string;
  customer_id: string;
  at: string;
  currency: string;
  amount: string;
  quantity: string;
};

function aRow(change: Partial<Row> = {}): Row {
  return {
    kind: 'order',
    order_id: '1',
    customer_id: '00001',
    at: '1997-01-01T00:00:00Z',
    currency: 'USD',
    amount: '11.77',
    quantity: '1',
    ...change,
  };
}

async function play(bench: Bench, rows: Row[], deliver: Record<string, unknown> = {}) {
  const result = await bench.done('POST', '/shops/demo/bulk', { rows, deliver });
  await bench.idle();
  return result;
}

/** What the product has to end with: paid minus refunded in minor units, 0 when cancelled. */
function nets(webhooks: Received[]): Map<number, number> {
  const paid = new Map<number, number>();
  const refunds = new Map<number, { order: number; minor: number }>();
  const cancelled = new Set<number>();
  for (const webhook of webhooks) {
    const payload = payloadOf(webhook);
    const topic = webhook.headers['x-shopify-topic'];
    if (topic === 'refunds/create') {
      refunds.set(payload.id, {
        order: payload.order_id,
        minor: Math.round(Number(payload.transactions[0].amount) * 100),
      });
    } else {
      paid.set(payload.id, Math.round(Number(payload.total_price) * 100));
      if (payload.cancelled_at) cancelled.add(payload.id);
    }
  }
  for (const { order, minor } of refunds.values()) paid.set(order, (paid.get(order) ?? 0) - minor);
  for (const order of cancelled) paid.set(order, 0);
  return paid;
}

describe('rows of a file', () => {
  it('become customers and paid orders with the exact amounts, at the times of the file', async () => {
    const bench = await startBench({ shop: { timezone: 'UTC' } });
    const result = await play(bench, [
      aRow(),
      aRow({ order_id: '2', amount: '29.33', quantity: '2' }),
      aRow({ order_id: '3', customer_id: '', amount: '0' }),
      aRow({ order_id: 'yen', customer_id: 'x', currency: 'JPY', amount: '500', quantity: '3' }),
      aRow({ order_id: 'dinar', customer_id: 'x', currency: 'KWD', amount: '1.234' }),
    ]);
    expect(result).toMatchObject({ rows: 5, orders: 5, customers: 2, unchanged: 0, rejected: [], deliveries: 5 });
    const payloads = bench.app.webhooks('orders/create').map(payloadOf);
    expect(payloads.map((payload) => payload.total_price)).toEqual(['11.77', '29.33', '0.00', '500', '1.234']);
    expect(payloads[0]).toMatchObject({
      created_at: '1997-01-01T00:00:00+00:00',
      updated_at: '1997-01-01T00:00:00+00:00',
      financial_status: 'paid',
      line_items: [{ quantity: 1, price: '11.77' }],
    });
    expect(payloads[1].line_items).toMatchObject([
      { quantity: 1, price: '14.66' },
      { quantity: 1, price: '14.67' },
    ]);
    expect(payloads[2].customer).toBeNull();
    expect(payloads[0].customer.id).toBe(payloads[1].customer.id);
  });

  it('change nothing when they come again, and are delivered again', async () => {
    const bench = await startBench();
    const rows = [
      aRow(),
      aRow({ kind: 'refund', amount: '5.00' }),
      aRow({ order_id: '2' }),
      aRow({ kind: 'cancel', order_id: '2', amount: '' }),
    ];
    const first = await play(bench, rows);
    const before = await bench.done('GET', '/shops/demo/orders');
    const again = await play(bench, rows);
    expect(first).toMatchObject({ orders: 2, refunds: 1, cancellations: 1, deliveries: 5 });
    expect(again).toMatchObject({ orders: 0, refunds: 0, cancellations: 0, customers: 0, unchanged: 4, deliveries: 5 });
    expect(await bench.done('GET', '/shops/demo/orders')).toEqual(before);
    const webhooks = bench.app.webhooks();
    expect(new Set(webhooks.map(({ headers }) => headers['x-shopify-webhook-id'])).size).toBe(10);
  });

  it('may come in any order: a refund waits for its order, and says so', async () => {
    const bench = await startBench();
    const refund = aRow({ kind: 'refund', at: '1997-02-01T00:00:00Z', amount: '5.00' });
    const cancel = aRow({ kind: 'cancel', order_id: 'never', amount: '' });
    expect(await play(bench, [refund, refund, cancel])).toMatchObject({
      refunds: 0,
      waitingForOrder: 2,
      deliveries: 0,
    });
    expect((await bench.done('GET', '/shops/demo/bulk')).waitingForOrder).toEqual({
      rows: 2,
      orderIds: ['1', 'never'],
    });
    expect(await play(bench, [aRow()])).toMatchObject({ orders: 1, refunds: 1, waitingForOrder: 1, deliveries: 3 });
    const updated = payloadOf(bench.app.webhooks('orders/updated')[0]);
    expect(updated).toMatchObject({ financial_status: 'partially_refunded', current_total_price: '6.77' });
    expect(Date.parse(updated.updated_at)).toBe(Date.UTC(1997, 1, 1));
  });

  it('that are wrong are named, and the others are played', async () => {
    const bench = await startBench();
    const result = await play(bench, [
      aRow({ amount: '11.777' }),
      aRow({ amount: '-1' }),
      aRow({ at: 'yesterday' }),
      aRow({ currency: 'usd' }),
      aRow(),
      aRow({ amount: '12.00' }),
      aRow({ kind: 'refund', currency: 'EUR', amount: '1' }),
    ]);
    expect(result.orders).toBe(1);
    expect(result.rejected.map(({ index }: { index: number }) => index)).toEqual([0, 1, 2, 3, 5, 6]);
    expect((await bench.control('POST', '/shops/demo/bulk', { rows: [{ kind: 'gift' }] })).status).toBe(400);
  });

  it('have later changes at later times, a second apart at least', async () => {
    const bench = await startBench({ shop: { timezone: 'UTC' } });
    const at = '1997-01-01T00:00:00Z';
    await play(bench, [
      aRow({ at }),
      aRow({ kind: 'refund', at, amount: '1.00' }),
      aRow({ kind: 'refund', at, amount: '2.00' }),
      aRow({ kind: 'cancel', at, amount: '' }),
    ]);
    const times = bench.app.webhooks().flatMap((webhook) => payloadOf(webhook).updated_at ?? []);
    expect(times).toEqual(['00', '01', '02', '03'].map((second) => `1997-01-01T00:00:${second}+00:00`));
  });

  it('end at the same sums however often and in whatever order they are delivered', async () => {
    const bench = await startBench();
    const rows = Array.from({ length: 300 }, (_, index) =>
      aRow({ order_id: String(index), customer_id: String(index % 40), amount: `${index}.50` }),
    );
    for (let index = 0; index < 300; index += 7)
      rows.push(aRow({ kind: 'refund', order_id: String(index), amount: '0.25' }));
    for (let index = 0; index < 300; index += 11)
      rows.push(aRow({ kind: 'cancel', order_id: String(index), amount: '' }));
    const mixed = createRandom('rows');
    rows.sort(() => mixed.next() - 0.5);
    const { deliveries } = await play(bench, rows, { duplicate: 0.3, reorder: 0.4, seed: 5 });
    const { total } = await bench.done('GET', '/deliveries/counters');
    expect(total.delivered).toBe(deliveries);
    expect(total.duplicated).toBe(deliveries - total.triggered);
    expect(total.duplicated).toBeGreaterThan(50);
    const sum = [...nets(bench.app.webhooks()).values()].reduce((all, minor) => all + minor, 0);
    const expected = Array.from({ length: 300 }, (_, index) =>
      index % 11 === 0 ? 0 : index * 100 + 50 - (index % 7 === 0 ? 25 : 0),
    );
    expect(sum).toBe(expected.reduce((all, minor) => all + minor, 0));
  });

  it('are delivered at the rate that is asked for', async () => {
    const bench = await startBench();
    const rows = Array.from({ length: 100 }, (_, index) => aRow({ order_id: String(index) }));
    const started = performance.now();
    await play(bench, rows, { ratePerSecond: 200 });
    expect(performance.now() - started).toBeGreaterThan(450);
    expect(bench.app.webhooks()).toHaveLength(100);
  });
});

describe('disorder', () => {
  it('loses nothing, and moves nothing when it is off', () => {
    const copy = (item: number) => item;
    const items = Array.from({ length: 2_000 }, (_, index) => index);
    expect(arrange(items, { duplicate: 0, reorder: 0 }, createRandom('a'), copy)).toEqual(items);
    const messy = arrange(items, { duplicate: 0.2, reorder: 0.2 }, createRandom('a'), copy);
    expect(new Set(messy).size).toBe(2_000);
    expect(messy.length).toBeGreaterThan(2_300);
    expect(messy.length).toBeLessThan(2_500);
    expect(messy).toEqual(arrange(items, { duplicate: 0.2, reorder: 0.2 }, createRandom('a'), copy));
  });
});

describe('money', () => {
  it('is read and written exactly in currencies of 0, 2 and 3 digits', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -(10 ** 12), max: 10 ** 12 }),
        fc.constantFrom('JPY', 'USD', 'KWD'),
        (minor, currency) => {
          expect(parseDecimal(decimal(minor, currency), currency)).toBe(minor);
        },
      ),
    );
  });

  it('is divided without losing or making a cent', () => {
    const weights = fc.array(fc.integer({ min: 0, max: 10 ** 9 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 9 }), weights, (total, parts) => {
        const sum = parts.reduce((all, part) => all + part, 0);
        const divided = allocate(Math.min(total, sum), parts);
        expect(divided.reduce((all, part) => all + part, 0)).toBe(Math.min(total, sum));
        divided.forEach((part, index) => expect(part).toBeLessThanOrEqual(parts[index] ?? 0));
      }),
    );
  });
});
