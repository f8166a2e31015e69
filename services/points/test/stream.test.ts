import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeStreamPosition } from '@loyalnest/platform/realtime/stream-position';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Ledger } from '../src/ledger/ledger.service.ts';
import { signStreamToken, streamTokenKey } from '../src/stream/stream-token.ts';
import { clientSecret, StreamRoom } from './stream-room.ts';

let room: StreamRoom;
let nextMerchant = 100;

/** A shop of a test's own. */
async function aShop(): Promise<number> {
  const merchantId = (nextMerchant += 1);
  await room.install(merchantId);
  return merchantId;
}

beforeAll(async () => {
  room = await StreamRoom.open({ limits: { helloMs: 1_500 } });
});
afterAll(() => room.close());

describe('updates', () => {
  it('tell a customer of a transfer within a moment, with the balance that it leaves', async () => {
    const shop = await aShop();
    const client = await room.customer(shop, 7);
    await room.give(shop, 7, 30);
    await client.expectUpdates(1);
    await room.give(shop, 7, 12);
    const [, update] = await client.expectUpdates(2);
    expect(update).toMatchObject({
      type: 'update',
      transfer: { customerId: 7, kind: 'earn', from: 'issued', to: 'available', points: 12, actor: 'test' },
      balance: { customerId: 7, pending: 0, available: 42, held: 0 },
    });
    // It looks unasked every second, so each of these would take about one; a busy machine delays one, but not all.
    const times: number[] = [];
    for (const points of [1, 2, 3, 4, 5]) {
      const beganMs = performance.now();
      await room.give(shop, 7, points);
      await client.expectUpdates(2 + points);
      times.push(performance.now() - beganMs);
    }
    expect(Math.min(...times)).toBeLessThan(500);
  });

  it('reach every tab of a customer, staff of the shop, and nobody else', async () => {
    const [shop, otherShop] = [await aShop(), await aShop()];
    const tabs = [await room.customer(shop, 7), await room.customer(shop, 7)];
    const staff = await room.staff(shop);
    const others = [await room.customer(shop, 8), await room.customer(otherShop, 7), await room.staff(otherShop)];
    await room.give(shop, 7, 5);
    await room.give(shop, 9, 6);
    await staff.expectUpdates(2);
    for (const tab of tabs) await tab.expectUpdates(1);
    // What comes afterwards shows that nothing else came before it.
    await room.give(shop, 8, 100);
    await room.give(otherShop, 7, 100);
    await Promise.all(others.map((other) => other.expectUpdates(1)));
    await staff.expectUpdates(3);
    expect(tabs.map((tab) => tab.points)).toEqual([[5], [5]]);
    expect(others.map((other) => other.points)).toEqual([[100], [100], [100]]);
    expect(staff.points).toEqual([5, 6, 100]);
  });

  it('say to staff who did it and to the customer that somebody of the shop did', async () => {
    const shop = await aShop();
    const [customer, staff] = [await room.customer(shop, 7), await room.staff(shop)];
    await room.adjust(shop, 7, { points: 9, reason: 'a birthday', actor: 'staff:42' });
    const [[toCustomer], [toStaff]] = [await customer.expectUpdates(1), await staff.expectUpdates(1)];
    expect([toCustomer?.transfer.actor, toStaff?.transfer.actor]).toEqual(['staff', 'staff:42']);
  });

  it('wait for an older transaction that is still open, and come in the order of the outbox', async () => {
    const shop = await aShop();
    const client = await room.customer(shop, 7);
    const old = await room.databases.owner.connect();
    try {
      await old.query('begin; select pg_current_xact_id()');
      await room.give(shop, 7, 1);
      await room.give(shop, 7, 2);
      await sleep(100);
      expect(client.points).toEqual([]);
      await old.query('commit');
      await client.expectUpdates(2);
    } finally {
      old.release();
    }
    expect(client.points).toEqual([1, 2]);
  });
});

describe('a balance', () => {
  it('is the newest in the last update, although transactions overtook each other', async () => {
    const shop = await aShop();
    const client = await room.customer(shop, 7);
    const ledger = room.running.app.get(Ledger, { strict: false });
    await room.database.forMerchant(shop, async (tx) => {
      // Its place in the outbox is before that of whatever begins from here on.
      await tx.query('select pg_current_xact_id()');
      await room.give(shop, 7, 1);
      const now = room.clock.now();
      const entry = {
        kind: 'earn',
        to: 'available',
        customerId: 7,
        points: 2,
        businessKey: 'late',
        actor: 'test',
      } as const;
      await ledger.post(tx, shop, [{ ...entry, earnedAt: now, expiresAt: null }], now);
    });
    await client.expectUpdates(2);
    expect(client.points).toEqual([2, 1]);
    expect(client.updates.at(-1)?.balance.available).toBe(3);
  });
});

describe('a client that comes back', () => {
  it('hears what it missed, in order and once', async () => {
    const shop = await aShop();
    const first = await room.customer(shop, 7);
    await room.give(shop, 7, 1, 2, 3);
    await first.expectUpdates(3);
    first.cut();
    await room.give(shop, 7, 4, 5);
    await room.give(shop, 8, 99);
    await room.give(shop, 7, 6);
    const second = await room.customer(shop, 7, first.position);
    await room.give(shop, 7, 7);
    await second.expectUpdates(4);
    expect(second.messages[0]?.type).toBe('welcome');
    expect([...first.points, ...second.points]).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('hears from the middle of a replay on when it was cut there', async () => {
    const shop = await aShop();
    const first = await room.customer(shop, 7);
    first.cut();
    await room.give(shop, 7, 1, 2, 3, 4);
    const second = await room.customer(shop, 7, first.position);
    await second.expectUpdates(4);
    second.cut();
    const third = await room.customer(shop, 7, second.updates[1]?.position);
    await third.expectUpdates(2);
    expect(third.points).toEqual([3, 4]);
  });

  it('misses nothing and hears nothing twice while points move all the time and connections break', async () => {
    const shop = await aShop();
    const customers = [1, 2, 3, 4, 5];
    const rounds = 40;
    const firsts = await Promise.all(customers.map((customerId) => room.customer(shop, customerId)));
    const listeners = customers.map(async (customerId, index) => {
      const heard: number[] = [];
      let position = firsts[index]!.position;
      while (heard.length < rounds) {
        const client = await room.customer(shop, customerId, position);
        await sleep(Math.random() * 30);
        client.cut();
        heard.push(...client.points);
        position = client.position;
      }
      return heard;
    });
    // Each customer's numbers rise; the customers' transactions overlap.
    await Promise.all(
      customers.map(async (customerId) => {
        for (let round = 1; round <= rounds; round += 1) {
          await room.give(shop, customerId, round);
          await sleep(Math.random() * 10);
        }
      }),
    );
    const expected = Array.from({ length: rounds }, (_, index) => index + 1);
    expect(await Promise.all(listeners)).toEqual(customers.map(() => expected));
  });

  it('reads anew when it missed too much, and hears what follows', async () => {
    const shop = await aShop();
    const first = await room.customer(shop, 7);
    first.cut();
    await room.give(shop, 7, ...Array.from({ length: 501 }, () => 1));
    const second = await room.customer(shop, 7, first.position);
    await expect.poll(() => second.messages.map(({ type }) => type)).toEqual(['welcome', 'lost']);
    // Cut before it was told, it would come back to where it was.
    expect(second.messages[0]).toMatchObject({ position: first.position });
    await room.give(shop, 7, 77);
    await second.expectUpdates(1);
    expect(second.points).toEqual([77]);
    second.cut();
    const lost = second.messages[1];
    const third = await room.customer(shop, 7, lost?.type === 'lost' ? lost.position : null);
    await third.expectUpdates(1);
    expect(third.points).toEqual([77]);
  });

  it.each([
    ['older than a day', { xid: '3', id: 1, at: new Date(Date.now() - 25 * 60 * 60_000) }],
    ['of another database, ahead of this one', { xid: '999999999999', id: 1, at: new Date() }],
  ])('reads anew with a position %s', async (_, position) => {
    const shop = await aShop();
    const client = await room.customer(shop, 7, encodeStreamPosition(position));
    await expect.poll(() => client.messages.map(({ type }) => type)).toEqual(['welcome', 'lost']);
    await room.give(shop, 7, 3);
    await client.expectUpdates(1);
  });

  it('goes on with the next process when the server restarts', async () => {
    const shop = await aShop();
    const before = await room.customer(shop, 7);
    await room.give(shop, 7, 1);
    await before.expectUpdates(1);
    await room.stop();
    expect(await before.closed).toBe(1001);
    await room.start();
    await room.give(shop, 7, 2);
    const after = await room.customer(shop, 7, before.position);
    await after.expectUpdates(1);
    expect(after.points).toEqual([2]);
  });
});

describe('the door', () => {
  const key = streamTokenKey(clientSecret);
  const listener = { kind: 'customer', merchantId: 1, customerId: 7 } as const;

  it('gives staff and signed-in shoppers a token for five minutes, and guests none', async () => {
    const shop = await aShop();
    for (const token of [await room.customerToken(shop, 7), await room.staffToken(shop)]) {
      expect(token.url).toBe('wss://loyalnest.example/api/points/stream');
      expect(Date.parse(token.expiresAt) - room.clock.now().getTime()).toBe(5 * 60_000);
    }
    const guest = await fetch(room.proxied(shop, null, '/v1/api/points/stream-token'));
    expect([guest.status, await guest.json()]).toMatchObject([401, { code: 'unauthenticated' }]);
  });

  it.each([
    ['that has expired', () => signStreamToken(listener, { key, expiresAt: room.clock.now() })],
    [
      'signed with another key',
      () =>
        signStreamToken(listener, {
          key: streamTokenKey('another-client-secret'),
          expiresAt: new Date(room.clock.now().getTime() + 60_000),
        }),
    ],
    [
      'whose customer was changed',
      () => {
        const expiresAt = new Date(room.clock.now().getTime() + 60_000);
        const [, signature] = signStreamToken(listener, { key, expiresAt }).split('.');
        const [payload] = signStreamToken({ ...listener, customerId: 8 }, { key, expiresAt }).split('.');
        return `${payload}.${signature}`;
      },
    ],
    ['that is none', () => 'x'],
    ['that is empty', () => ''],
  ])('refuses a token %s', async (_, token) => {
    const client = await room.hello(token());
    expect(await client.closed).toBe(4401);
    expect(client.messages).toMatchObject([{ type: 'problem', code: 'unauthenticated' }]);
  });

  it.each([
    ['no JSON', '{'],
    ['no hello', { type: 'update' }],
    ['a hello with more in it', { type: 'hello', token: 'x', after: null, admin: true }],
  ])('refuses a first message that is %s', async (_, message) => {
    const client = room.connect();
    await client.opened;
    client.say(message);
    expect(await client.closed).toBe(4400);
    expect(client.messages).toMatchObject([{ type: 'problem', code: 'invalid-request' }]);
  });

  it('refuses a position that is not one of ours', async () => {
    const shop = await aShop();
    const client = await room.hello((await room.customerToken(shop, 7)).token, "1'; drop table outbox");
    expect(await client.closed).toBe(4400);
    expect(client.messages).toMatchObject([{ type: 'problem', code: 'invalid-cursor' }]);
  });

  it('refuses whoever speaks again after the hello', async () => {
    const client = await room.customer(await aShop(), 7);
    client.say({ type: 'hello', token: 'x', after: null });
    expect(await client.closed).toBe(4400);
  });

  it('cuts a message larger than any hello', async () => {
    const client = room.connect();
    await client.opened;
    client.say('x'.repeat(5_000));
    expect(await client.closed).toBe(1009);
  });

  it('lets nobody stay who says nothing', async () => {
    const client = room.connect();
    expect(await client.closed).toBe(4401);
    expect(client.messages).toMatchObject([{ type: 'problem', code: 'unauthenticated' }]);
  });

  it('lets a customer hold ten connections, and another when one is gone', async () => {
    const shop = await aShop();
    const { token } = await room.customerToken(shop, 7);
    const held = await Promise.all(Array.from({ length: 10 }, () => room.customer(shop, 7)));
    const refused = await room.hello(token);
    expect(await refused.closed).toBe(4429);
    expect(refused.messages).toMatchObject([{ type: 'problem', code: 'too-many-requests' }]);
    await room.customer(shop, 8);
    held[0]?.cut();
    await held[0]?.closed;
    await expect.poll(async () => (await (await room.hello(token)).expectFirst()).type).toBe('welcome');
  });

  it('cuts off a reader who does not read, who then goes on where he was', async () => {
    const shop = await aShop();
    const slow = await room.staff(shop);
    slow.pause();
    const connected = room.running.streams.socketCount;
    let given = 0;
    // What the system's own buffers take comes first: long reasons, so that they are full before too much is missed.
    while (room.running.streams.socketCount === connected) {
      await room.adjust(shop, 7, { points: (given += 1), reason: 'x'.repeat(40_000) });
      expect(given).toBeLessThan(450);
    }
    slow.resume();
    expect(await slow.closed).toBe(1006);
    expect(slow.points.length).toBeLessThan(given);
    const got = [...slow.points];
    let { position } = slow;
    // Who comes back to much may be cut off again before he had a turn to read, and gets further each time.
    while (got.length < given) {
      const again = await room.staff(shop, position);
      const all = again.expectUpdates(given - got.length);
      all.catch(() => undefined);
      await Promise.race([all, again.closed]);
      expect(again.points).not.toEqual([]);
      got.push(...again.points);
      ({ position } = again);
    }
    expect(got).toEqual(Array.from({ length: given }, (_, index) => index + 1));
  });

  it('leaves upgrades elsewhere to the router', async () => {
    const headers = { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-key': 'x'.repeat(22) + '==' };
    const status = await new Promise((resolve) => {
      const asked = request(`${room.running.url}/api/elsewhere`, { headers });
      asked.once('response', (response) => resolve(response.statusCode)).end();
    });
    expect(status).toBe(404);
  });
});
