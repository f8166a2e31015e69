import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aMerchantEvent, anEarning, anEvent, openRoom, type Room } from './room.ts';

let room: Room;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

let merchants = 100;
const nextMerchant = () => (merchants += 1);
const deletion = (merchantId: number, customerId: number) =>
  anEvent('customer.deleted.v1', merchantId, { customerId, isRedacted: true });
const redaction = (merchantId: number) =>
  anEvent('merchant.redacted.v1', merchantId, { shopDomain: `shop-${merchantId}.myshopify.com` });

describe('the record', () => {
  it('holds an event once when it is delivered twice, in one batch or two', async () => {
    const merchantId = nextMerchant();
    const event = anEarning(merchantId, 1);
    await room.consumer.receive([event, event]);
    await room.consumer.receive([event]);
    expect(await room.recorded(merchantId)).toEqual([
      {
        occurred_at: event.occurredAt,
        name: 'points_earned',
        customer_id: 1,
        properties: { points: 25, from_order: true },
      },
    ]);
  });

  it('takes a full batch of several merchants at once', async () => {
    const [a, b] = [nextMerchant(), nextMerchant()];
    await room.consumer.receive(Array.from({ length: 500 }, (_, index) => anEarning(index % 2 ? a : b, index)));
    expect([await room.recorded(a), await room.recorded(b)].map((rows) => rows.length)).toEqual([250, 250]);
  });

  it('has nothing of a batch in which one event fails, and the others when they come again', async () => {
    const merchantId = nextMerchant();
    const good = anEarning(merchantId, 1);
    await expect(room.consumer.receive([good, anEvent('points.earned.v1', merchantId, {})])).rejects.toThrow();
    expect(await room.recorded(merchantId)).toEqual([]);
    await room.consumer.receive([good]);
    expect(await room.recorded(merchantId)).toHaveLength(1);
  });

  it('comes out the same when it is truncated and replayed, in any order', async () => {
    const merchantId = nextMerchant();
    const events = [
      anEarning(merchantId, 1),
      anEarning(merchantId, 2),
      aMerchantEvent('merchant.installed.v1', merchantId),
    ];
    const stored = () =>
      room.rows(
        'select occurred_at, event_id, name, customer_id, properties from event_tracking.events where merchant_id = $1 order by event_id',
        [merchantId],
      );
    await room.consumer.receive(events);
    const before = await stored();
    await room.rows('delete from event_tracking.events where merchant_id = $1', [merchantId]);
    await room.rows('delete from event_tracking.inbox');
    await room.consumer.receive(events.toReversed());
    expect(await stored()).toEqual(before);
    // Beside the inbox, the record's own key refuses what it has.
    await room.rows('delete from event_tracking.inbox');
    await room.consumer.receive(events);
    expect(await stored()).toEqual(before);
  });

  it('puts each month into its partition', async () => {
    room.clock.set('2031-05-20T12:00:00Z');
    await room.job('ensure-event-partitions');
    await room.job('ensure-event-partitions');
    room.clock.set('2026-11-20T12:00:00Z');
    const merchantId = nextMerchant();
    await room.consumer.receive([anEarning(merchantId, 1, { occurredAt: new Date('2031-08-31T23:59:59Z') })]);
    expect(await room.rows('select merchant_id from event_tracking.events_203108')).toEqual([
      { merchant_id: merchantId },
    ]);
  });
});

describe('a customer who is gone', () => {
  it('is forgotten, while what was done stays counted', async () => {
    const merchantId = nextMerchant();
    await room.consumer.receive([anEarning(merchantId, 1), anEarning(merchantId, 2)]);
    await room.consumer.receive([deletion(merchantId, 1)]);
    expect((await room.recorded(merchantId)).map((row) => row['customer_id'])).toEqual([null, 2]);
  });

  it('is forgotten also by what was still on its way', async () => {
    const merchantId = nextMerchant();
    await room.consumer.receive([deletion(merchantId, 1), anEarning(merchantId, 1)]);
    await room.consumer.receive([anEarning(merchantId, 1), deletion(merchantId, 1)]);
    expect((await room.recorded(merchantId)).map((row) => row['customer_id'])).toEqual([null, null]);
  });

  it('is forgotten also when erasing and recording run at the same moment', async () => {
    const merchantId = nextMerchant();
    const customers = Array.from({ length: 20 }, (_, index) => index + 1);
    await Promise.all(
      customers.flatMap((customerId) => [
        room.consumer.receive([anEarning(merchantId, customerId)]),
        room.consumer.receive([deletion(merchantId, customerId)]),
      ]),
    );
    const recorded = await room.recorded(merchantId);
    expect(recorded).toHaveLength(customers.length);
    expect(recorded.every((row) => row['customer_id'] === null)).toBe(true);
  });
});

describe('a shop that was redacted', () => {
  it('leaves nothing, and records nothing until it is installed again', async () => {
    const [merchantId, other] = [nextMerchant(), nextMerchant()];
    await room.install(merchantId);
    await room.consumer.receive([anEarning(merchantId, 1), anEarning(other, 1)]);
    await room.consumer.receive([redaction(merchantId)]);
    await room.consumer.receive([anEarning(merchantId, 1)]);
    expect(await room.recorded(merchantId)).toEqual([]);
    expect(await room.recorded(other)).toHaveLength(1);
    await room.install(merchantId);
    await room.consumer.receive([anEarning(merchantId, 1)]);
    expect((await room.recorded(merchantId)).map((row) => row['name'])).toEqual([
      'merchant_installed',
      'points_earned',
    ]);
  });

  it('and comes back in the same batch is there', async () => {
    const merchantId = nextMerchant();
    await room.install(merchantId);
    await room.consumer.receive([
      redaction(merchantId),
      aMerchantEvent('merchant.installed.v1', merchantId),
      anEarning(merchantId, 1),
    ]);
    expect((await room.recorded(merchantId)).map((row) => row['name'])).toEqual([
      'merchant_installed',
      'points_earned',
    ]);
  });
});

describe('tenants', () => {
  it.each(['events', 'erased_customers', 'reported_ids'])('see their own rows of %s only', async (table) => {
    const [mine, other] = [nextMerchant(), nextMerchant()];
    for (const merchantId of [mine, other]) {
      await room.consumer.receive([anEarning(merchantId, 1), deletion(merchantId, 2)]);
      await room.install(merchantId);
      const events = [{ id: crypto.randomUUID(), name: 'rate_limit_viewed' }];
      await room.report({ shop: `shop-${merchantId}.myshopify.com`, staff: true }, { events });
    }
    const database = room.database.as('event-tracking');
    const select = `select distinct merchant_id from ${table}`;
    expect(await database.forMerchant(mine, (tx) => tx.query(select))).toEqual([{ merchant_id: mine }]);
    expect(await database.forMerchant(mine, (tx) => tx.query(`${select} where merchant_id = ${other}`))).toEqual([]);
    expect(await database.forNoMerchant((tx) => tx.query(select))).toEqual([]);
  });

  it.each([
    [
      'events',
      `insert into events (merchant_id, occurred_at, event_id, name, properties) values ($1, now(), gen_random_uuid(), 'x', '{}')`,
    ],
    ['erased_customers', 'insert into erased_customers (merchant_id, customer_id) values ($1, 999)'],
    [
      'reported_ids',
      'insert into reported_ids (merchant_id, event_id, reported_at) values ($1, gen_random_uuid(), now())',
    ],
    [
      'shops',
      `insert into shops (merchant_id, shop_domain, currency, timezone) values ($1, 'x.myshopify.com', 'EUR', 'UTC')`,
    ],
  ])('cannot put a row into %s of another', async (_, insert) => {
    const database = room.database.as('event-tracking');
    const attempt = database.forMerchant(nextMerchant(), (tx) => tx.query(insert, [1]));
    await expect(attempt).rejects.toThrow(/violates row-level security policy/);
  });

  it.each([
    ['change what was recorded', `update events set name = 'x'`],
    ['read a partition past its tenant policy', 'select * from events_default'],
    ['see another service', 'select * from points.orders'],
  ])('are safe, for the role may not %s', async (_, statement) => {
    const database = room.database.as('event-tracking');
    await expect(database.forMerchant(1, (tx) => tx.query(statement))).rejects.toMatchObject({ code: '42501' });
  });
});
