import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Coalescer } from '../../src/customers/coalescer.ts';
import { CustomerService } from '../../src/customers/customer.service.ts';
import { aCustomer, openRoom, type Room } from '../room.ts';

let room: Room;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

describe('customers that arrive together', () => {
  it('end as they would have one by one, over several shops, with several news of each', async () => {
    const shops = ['a.myshopify.com', 'b.myshopify.com'];
    const merchants = [await room.install(shops[0]!), await room.install(shops[1]!)];
    const deliveries = shops.flatMap((shop) =>
      Array.from({ length: 60 }, (_, index) => {
        const [id, second] = [1 + (index % 15), 10 + Math.floor(index / 15)];
        const topic = second === 13 ? 'customers/create' : 'customers/update';
        const body = aCustomer({ id, first_name: `name ${second}`, updated_at: `2026-11-20T12:00:${second}Z` });
        return { shop, topic, body };
      }),
    );
    const statuses = await Promise.all(deliveries.map((delivery) => room.deliver(delivery)));
    expect(new Set(statuses)).toEqual(new Set([200]));
    const customers = room.running.app.get(CustomerService, { strict: false });
    for (const merchantId of merchants) {
      for (const customerId of [1, 15]) {
        expect(await customers.getCustomer({ merchantId, customerId })).toMatchObject({ firstName: 'name 13' });
      }
    }
    expect(await room.events('customer.created.v1')).toHaveLength(30);
    expect(await room.rows('select 1 from admin_core.customers')).toHaveLength(30);
  });

  it('do not fail because one of them does', async () => {
    const shop = 'c.myshopify.com';
    const merchantId = await room.install(shop);
    await room.rows(
      `alter table admin_core.customers add constraint not_13 check (merchant_id <> ${merchantId} or customer_id <> 13)`,
    );
    const ids = Array.from({ length: 20 }, (_, index) => 1 + index);
    await Promise.all(ids.map((id) => room.deliver({ shop, topic: 'customers/create', body: aCustomer({ id }) })));
    expect(await room.rows('select 1 from admin_core.customers where merchant_id = $1', [merchantId])).toHaveLength(19);
    expect(
      await room.rows('select customer_id from admin_core.webhook_failures where merchant_id = $1', [merchantId]),
    ).toEqual([{ customer_id: 13 }]);
  });

  it('and leave at the same moment are gone', async () => {
    const shop = 'd.myshopify.com';
    const merchantId = await room.install(shop);
    const ids = Array.from({ length: 15 }, (_, index) => 1 + index);
    const statuses = await Promise.all(
      ids.flatMap((id) => [
        room.deliver({ shop, topic: 'customers/create', body: aCustomer({ id }) }),
        room.deliver({ shop, topic: 'customers/delete', body: { id } }),
        room.deliver({ shop, topic: 'customers/redact', body: { customer: { id } } }),
        room.deliver({ shop, topic: 'customers/update', body: aCustomer({ id, updated_at: '2026-11-20T13:00:00Z' }) }),
      ]),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
    const rows = await room.rows('select status from admin_core.customers where merchant_id = $1', [merchantId]);
    expect(rows).toEqual(ids.map(() => ({ status: 'redacted' })));
  });
});

describe('a coalescer', () => {
  it('takes what comes while a batch is under way into the next, in batches of no more than told', async () => {
    const batches: number[][] = [];
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const coalescer = new Coalescer<number>({
      batchMax: 4,
      isShared: () => false,
      process: async (items) => {
        batches.push([...items]);
        await gate;
      },
    });
    const first = coalescer.submit(0);
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    const others = [1, 2, 3, 4, 5].map((item) => coalescer.submit(item));
    release();
    await Promise.all([first, ...others]);
    expect(batches).toEqual([[0], [1, 2, 3, 4], [5]]);
  });

  it('sends away what is too much', async () => {
    const coalescer = new Coalescer<number>({
      batchMax: 1,
      isShared: () => false,
      process: () => new Promise(() => undefined),
    });
    for (let item = 0; item < 4_096; item += 1) void coalescer.submit(item);
    await expect(coalescer.submit(4_096)).rejects.toMatchObject({ code: 'overloaded' });
  });

  it('fails a batch as a whole when the reason is nobody’s', async () => {
    let calls = 0;
    const coalescer = new Coalescer<number>({
      batchMax: 10,
      isShared: () => true,
      process: () => Promise.reject(new Error(`call ${(calls += 1)}`)),
    });
    const results = await Promise.allSettled([1, 2, 3].map((item) => coalescer.submit(item)));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(calls).toBe(1);
  });
});
