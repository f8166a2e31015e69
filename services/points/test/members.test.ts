import { defaultProgrammeSettings } from '@loyalnest/contracts/programme';
import type { Member, MemberDetail, MemberOrderPage, MemberPage } from '@loyalnest/contracts/rest/customers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aRefund } from './orders.ts';
import { openMerchantRoom, type MerchantRoom } from './merchant-room.ts';
import { takeReward } from './redemptions.ts';
import { Ledger } from '../src/ledger/ledger.service.ts';

let room: MerchantRoom;
let merchantId = 0;
const now = new Date('2026-03-02T00:00:00Z');
const { purchase } = defaultProgrammeSettings;

beforeAll(async () => {
  room = await openMerchantRoom(now.toISOString());
});
beforeEach(() => {
  merchantId += 1;
  room.clock.set(now);
});
afterAll(() => room.close());

async function list(query = ''): Promise<MemberPage> {
  const { status, body } = await room.as<MemberPage>(merchantId, 'GET', `/v1/api/points/members${query}`);
  expect(status).toBe(200);
  return body;
}

async function idsOf(query: string): Promise<number[]> {
  return (await list(query)).items.map(({ customerId }) => customerId);
}

/** Customers 1 to `count`, each an hour after the other, each with that many hundred points. */
async function customers(count: number): Promise<void> {
  for (let customerId = 1; customerId <= count; customerId += 1) {
    room.clock.advance(3_600_000);
    await give(customerId, customerId * 100);
  }
  await room.settled();
}

function give(customerId: number, points: number, businessKey = `test/${customerId}`, expiresAt: Date | null = null) {
  const entry = { kind: 'earn' as const, to: 'available' as const, actor: 'test', earnedAt: room.clock.now() };
  return room.post(merchantId, { ...entry, customerId, points, businessKey, expiresAt });
}

describe('the list of members', () => {
  it('is empty while nobody has points', async () => {
    await room.install(merchantId);
    expect(await list()).toEqual({ items: [], nextCursor: null });
  });

  it('tells what the ledger knows of each', async () => {
    await room.install(merchantId);
    await room.order(merchantId, 1);
    await room.settled();
    const member: Member = {
      customerId: 7,
      pending: 0,
      available: 37,
      held: 0,
      earned: 37,
      orders: 1,
      lastActivityAt: now.toISOString(),
      isClosed: false,
      mergedInto: null,
    };
    expect(await list()).toEqual({ items: [member], nextCursor: null });
  });

  it.each(['available', 'earned', 'orders', 'lastActivity'])(
    'sorts by %s, both ways, and pages without gap or repeat',
    async (sort) => {
      await room.install(merchantId);
      for (let customerId = 1; customerId <= 7; customerId += 1) {
        room.clock.advance(1_000);
        // Ties, so that pages have to break them.
        const orders = Math.ceil(customerId / 2);
        for (let index = 0; index < orders; index += 1)
          await room.order(merchantId, customerId * 10 + index, { customerId });
      }
      await room.settled();
      for (const order of ['asc', 'desc']) {
        const all = await idsOf(`?sort=${sort}&order=${order}`);
        expect(all).toEqual(order === 'asc' ? [1, 2, 3, 4, 5, 6, 7] : [7, 6, 5, 4, 3, 2, 1]);
        const paged: number[] = [];
        let cursor: string | null = null;
        do {
          const page: MemberPage = await list(
            `?sort=${sort}&order=${order}&limit=2${cursor ? `&cursor=${cursor}` : ''}`,
          );
          paged.push(...page.items.map(({ customerId }) => customerId));
          cursor = page.nextCursor;
        } while (cursor);
        expect(paged).toEqual(all);
      }
    },
  );

  it('keeps its place while others move', async () => {
    await room.install(merchantId);
    await customers(6);
    const first = await list('?sort=available&order=desc&limit=2');
    await give(3, 10_000, 'test/windfall');
    await give(99, 450, 'test/newcomer');
    await room.settled();
    const second = await list(`?sort=available&order=desc&limit=2&cursor=${first.nextCursor}`);
    const third = await list(`?sort=available&order=desc&limit=2&cursor=${second.nextCursor}`);
    const seen = [first, second, third].flatMap(({ items }) => items.map(({ customerId }) => customerId));
    expect(seen).toEqual([6, 5, 99, 4, 2, 1]);
  });

  it('refuses a cursor of another order, or none of its own', async () => {
    await room.install(merchantId);
    await customers(3);
    const { nextCursor } = await list('?sort=available&limit=1');
    for (const query of [
      `?sort=earned&cursor=${nextCursor}`,
      `?sort=available&order=asc&cursor=${nextCursor}`,
      '?cursor=abc',
    ]) {
      expect(await room.as(merchantId, 'GET', `/v1/api/points/members${query}`)).toMatchObject({
        status: 400,
        body: { code: 'invalid-cursor' },
      });
    }
  });

  it('filters by what customers have', async () => {
    await room.install(merchantId, { purchase: { ...purchase, approvalDays: 5 } });
    await customers(4);
    await room.order(merchantId, 1, { customerId: 5 });
    await takeReward(room.database, room.running.app.get(Ledger, { strict: false }), {
      merchantId,
      customerId: 4,
      redemptionId: merchantId,
      points: 400,
      code: `CODE${merchantId}`,
      now,
    });
    await room.post(merchantId, {
      kind: 'clawback',
      policy: 'negative',
      customerId: 1,
      points: 150,
      businessKey: 'test/clawback',
      actor: 'test',
    });
    await give(6, 10, 'test/soon', new Date(room.clock.now().getTime() + 29 * 24 * 3_600_000));
    await give(7, 10, 'test/later', new Date(room.clock.now().getTime() + 31 * 24 * 3_600_000));
    await room.settled();
    const by = (filter: string) => idsOf(`?filter=${filter}&sort=available&order=asc`);
    expect(await by('all')).toEqual([1, 4, 5, 6, 7, 2, 3]);
    expect(await by('withPoints')).toEqual([6, 7, 2, 3]);
    expect(await by('pending')).toEqual([5]);
    expect(await by('held')).toEqual([4]);
    expect(await by('negative')).toEqual([1]);
    expect(await by('expiring')).toEqual([6]);
  });

  it('lists those who are named, sorted and paged like all, and no stranger', async () => {
    await room.install(merchantId);
    await customers(5);
    expect(await idsOf('?ids=2,4,5,77&sort=available&order=desc')).toEqual([5, 4, 2]);
    const first = await list('?ids=2,4,5&sort=available&order=desc&limit=2');
    expect(await idsOf(`?ids=2,4,5&sort=available&order=desc&cursor=${first.nextCursor}`)).toEqual([2]);
    expect(await idsOf('?ids=2,4,5&filter=negative')).toEqual([]);
  });

  it('shows another shop nothing', async () => {
    await room.install(merchantId);
    await customers(2);
    merchantId += 1;
    await room.install(merchantId);
    expect(await idsOf('?ids=1,2')).toEqual([]);
    expect(await idsOf('')).toEqual([]);
  });
});

describe('a member', () => {
  const path = (customerId: number, rest = '') => `/v1/api/points/members/${customerId}${rest}`;

  it('shows lots, those that expire soonest first, and what available points are worth', async () => {
    await room.install(merchantId);
    const soon = new Date('2026-04-01T00:00:00Z');
    await give(7, 300, 'test/never');
    await give(7, 200, 'test/soon', soon);
    await room.settled();
    const { body } = await room.as<MemberDetail>(merchantId, 'GET', path(7));
    expect(body).toMatchObject({
      customerId: 7,
      available: 500,
      earned: 500,
      lots: [
        { points: 200, remaining: 200, earnedAt: now.toISOString(), expiresAt: soon.toISOString() },
        { points: 300, remaining: 300, expiresAt: null },
      ],
      // The default programme takes 5 off for 500 points.
      valueMinor: 500,
    });
  });

  it('is not found where it is unknown, or another shop’s', async () => {
    await room.install(merchantId);
    await customers(1);
    expect(await room.as(merchantId, 'GET', path(99))).toMatchObject({
      status: 404,
      body: { code: 'customer-not-found' },
    });
    merchantId += 1;
    await room.install(merchantId);
    expect(await room.as(merchantId, 'GET', path(1))).toMatchObject({
      status: 404,
      body: { code: 'customer-not-found' },
    });
    expect(await room.as(merchantId, 'GET', path(1, '/orders'))).toMatchObject({ body: { items: [] } });
  });

  it('lists its orders, newest first, in their states', async () => {
    await room.install(merchantId, { purchase: { ...purchase, approvalDays: 5 } });
    await room.order(merchantId, 1, { name: '#1' });
    await room.order(merchantId, 2, { name: '#2', financialStatus: 'pending' });
    await room.order(merchantId, 3, { name: '#3', isTest: true });
    await room.order(
      merchantId,
      4,
      { name: '#4', financialStatus: 'partially_refunded' },
      {
        refunds: { 1: aRefund({ id: 1, totalMinor: 1_000 }) },
      },
    );
    await room.order(merchantId, 5, { name: '#5' }, { cancelledAt: now.toISOString() });
    await room.order(merchantId, 6, { name: '#6', customerId: 8 });
    const first = await room.as<MemberOrderPage>(merchantId, 'GET', path(7, '/orders?limit=3'));
    expect(first.body.items).toMatchObject([
      { orderId: 5, status: 'cancelled', duePoints: 0 },
      {
        orderId: 4,
        status: 'partially_refunded',
        duePoints: 27,
        pendingPoints: 27,
        totalMinor: 3_700,
        currency: 'EUR',
      },
      { orderId: 3, status: 'test', duePoints: 0, ruleVersion: null },
    ]);
    const rest = await room.as<MemberOrderPage>(
      merchantId,
      'GET',
      path(7, `/orders?limit=3&cursor=${first.body.nextCursor}`),
    );
    expect(rest.body).toEqual({
      items: [
        expect.objectContaining({ orderId: 2, status: 'open', duePoints: 0, pendingPoints: 0, approveAt: null }),
        {
          orderId: 1,
          name: '#1',
          placedAt: '2026-03-01T10:00:00.000Z',
          currency: 'EUR',
          totalMinor: 3_700,
          status: 'paid',
          duePoints: 37,
          pendingPoints: 37,
          availablePoints: 0,
          approveAt: '2026-03-06T10:00:00.000Z',
          ruleVersion: 2,
        },
      ],
      nextCursor: null,
    });
  });
});
