import { customerDeleted, customerMerged } from '@loyalnest/contracts/events';
import { startTestRedis, type TestRedis } from '@loyalnest/platform/testing/redis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BalanceReader } from '../src/balance/balance-reader.ts';
import { DepartureEvents } from '../src/merging/customer.events.ts';
import { startDatabaseDoor, type DatabaseDoor } from './database-door.ts';
import { openMerchantRoom, type MerchantRoom } from './merchant-room.ts';

const minuteMs = 60_000;
/** A shopper is told something after two waits of three seconds: for his shop, and for his balance. */
const silenceMaxMs = 15_000;
const beganAt = '2026-03-02T00:00:00Z';
const path = '/v1/api/points/balance';
const away = { status: 503, body: { code: 'database-unavailable' } };

describe.each(['memory', 'Redis Cluster'])('while the database is away, with a cache in %s', (where) => {
  let redis: TestRedis | undefined;
  let door: DatabaseDoor;
  let room: MerchantRoom;

  beforeAll(async () => {
    if (where !== 'memory') redis = await startTestRedis();
    door = await startDatabaseDoor();
    room = await openMerchantRoom(beganAt, redis ? { REDIS_URL: redis.url } : {}, (url) => door.through(url));
    for (const merchantId of [1, 2, 3]) await room.install(merchantId);
    const entry = { kind: 'earn', to: 'available', actor: 'test', earnedAt: room.clock.now() } as const;
    const expiresAt = new Date('2026-05-01T00:00:00Z');
    await room.post(
      1,
      { ...entry, customerId: 7, points: 30, businessKey: 'test/1', expiresAt },
      { ...entry, customerId: 8, points: 5, businessKey: 'test/2', expiresAt: null },
    );
    await room.post(2, { ...entry, customerId: 7, points: 1, businessKey: 'test/1', expiresAt: null });
  });
  afterEach(() => door.open());
  afterAll(async () => {
    door.open();
    await room.close();
    await door.close();
    await redis?.close();
  });

  const look = (merchantId: number, customerId: number) => room.asShopper(merchantId, customerId, path);
  const asOf = async (merchantId: number, customerId: number) => (await look(merchantId, customerId)).body['asOf'];

  it('a shopper is told his last balance and when that was, and no one else’s', async () => {
    const readAt = room.clock.now().toISOString();
    const before = await look(1, 7);
    expect(before.body).toEqual({
      ...{ customerId: 7, pending: 0, available: 30, held: 0 },
      nextExpiry: { points: 30, at: '2026-05-01T00:00:00.000Z' },
    });
    await look(2, 7);
    door.shut();
    room.clock.advance(minuteMs);
    expect(await look(1, 7)).toEqual({ status: 200, body: { ...before.body, asOf: readAt } });
    expect((await look(2, 7)).body).toMatchObject({ available: 1, asOf: readAt });
    // Whatever he names, he is told of himself.
    expect((await room.asShopper(1, 7, `${path}?customerId=8`)).body).toMatchObject({ customerId: 7, available: 30 });
  });

  it('customers of two shops who have the same number and the same balance are both told', async () => {
    for (const merchantId of [1, 2]) await look(merchantId, 31);
    door.shut();
    for (const merchantId of [1, 2]) expect((await look(merchantId, 31)).body).toMatchObject({ available: 0 });
  });

  it('a merchant is told of a customer who was looked at, in the own shop only', async () => {
    await room.as(1, 'GET', `${path}?customerId=8`);
    await look(2, 7);
    door.shut();
    expect((await room.as(1, 'GET', `${path}?customerId=8`)).body).toMatchObject({ available: 5 });
    expect(await room.as(2, 'GET', `${path}?customerId=8`)).toMatchObject(away);
  });

  it('nobody is told of a balance that was never read, or in a shop that was never seen', async () => {
    await look(1, 7);
    door.shut();
    expect(await look(1, 99)).toMatchObject(away);
    expect(await look(3, 7)).toMatchObject(away);
  });

  it('nobody is let in whom Shopify did not sign in', async () => {
    await look(1, 7);
    door.shut();
    const query = new URLSearchParams({
      shop: 'shop-1.myshopify.com',
      ...{ logged_in_customer_id: '7', path_prefix: '/apps/loyalnest' },
      ...{ timestamp: String(room.clock.now().getTime() / 1_000), signature: '0'.repeat(64) },
    });
    expect((await fetch(`${room.running.url}${path}?${query.toString()}`)).status).toBe(401);
    const headers = { authorization: 'Bearer not-a-token' };
    expect((await fetch(`${room.running.url}${path}?customerId=7`, { headers })).status).toBe(401);
  });

  it('what is read when it is back is what is committed', async () => {
    await look(1, 8);
    door.shut();
    expect((await look(1, 8)).body['asOf']).toBeDefined();
    const more = { kind: 'earn', to: 'available', actor: 'test', earnedAt: room.clock.now(), expiresAt: null } as const;
    await room.post(1, { ...more, customerId: 8, points: 100, businessKey: `test/more` });
    expect((await look(1, 8)).body['available']).toBe(5);
    door.open();
    await expect.poll(() => asOf(1, 8)).toBeUndefined();
    expect((await look(1, 8)).body).toMatchObject({ available: 105 });
    door.shut();
    expect((await look(1, 8)).body).toMatchObject({ available: 105, asOf: room.clock.now().toISOString() });
  });

  it('a balance that stays the same is as of five minutes before the last look at most', async () => {
    const first = room.clock.now();
    room.clock.advance(6 * minuteMs);
    const again = room.clock.now();
    await look(2, 7);
    room.clock.advance(4 * minuteMs);
    await look(2, 7);
    door.shut();
    const { body } = await look(2, 7);
    expect(body['asOf']).toBe(again.toISOString());
    expect(again.getTime()).toBeGreaterThan(first.getTime());
  });

  it('a server that says nothing keeps nobody waiting who can be told something', async () => {
    await look(1, 7);
    door.silence();
    const beganMs = performance.now();
    const answers = await Promise.all([look(1, 7), look(1, 7), room.as(1, 'GET', `${path}?customerId=7`)]);
    expect(performance.now() - beganMs).toBeLessThan(silenceMaxMs);
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(body['asOf']).toBeDefined();
    }
  });

  it('the next is told at once', async () => {
    const reader = room.running.app.get(BalanceReader, { strict: false });
    const customer = { merchantId: 1, customerId: 7 };
    await look(1, 7);
    door.silence();
    expect((await reader.readOrRecall(customer)).asOf).toBeDefined();
    const beganMs = performance.now();
    for (let nth = 0; nth < 20; nth += 1) expect((await reader.readOrRecall(customer)).asOf).toBeDefined();
    // Each would wait for three seconds otherwise.
    expect(performance.now() - beganMs).toBeLessThan(2_500);
  });

  it('who has to know what is committed gets an error', async () => {
    const reader = room.running.app.get(BalanceReader, { strict: false });
    await look(1, 7);
    door.shut();
    await expect(reader.read({ merchantId: 1, customerId: 7 })).rejects.toMatchObject({ code: 'database-unavailable' });
  });

  it('customers who go are forgotten, when that is committed', async () => {
    const events = room.running.app.get(DepartureEvents, { strict: false });
    const customers = [21, 22, 23];
    for (const customerId of customers) await look(1, customerId);
    const event = { source: 'admin-core', id: 1, merchantId: 1, key: '', occurredAt: room.clock.now() };
    const deleted = { type: customerDeleted.name, payload: { merchantId: 1, customerId: 21, isRedacted: true } };
    const merged = { type: customerMerged.name, payload: { merchantId: 1, keptCustomerId: 22, mergedCustomerId: 23 } };
    const handle = async (tx: Parameters<typeof events.handle>[0]) =>
      events.handle(
        tx,
        [deleted, merged].map((of) => ({ ...event, ...of })),
      );
    const failure = new Error('not committed');
    await expect(
      room.database.forMerchant(1, async (tx) => {
        await handle(tx);
        throw failure;
      }),
    ).rejects.toBe(failure);
    door.shut();
    for (const customerId of customers) expect((await look(1, customerId)).status).toBe(200);
    await room.database.forMerchant(1, handle);
    for (const customerId of customers) expect(await look(1, customerId)).toMatchObject(away);
  });
});
