import type { ActivityPage, ShopRedemptionPage } from '@loyalnest/contracts/rest/activity';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Ledger } from '../src/ledger/ledger.service.ts';
import { Redemptions } from '../src/redemption/redemption.service.ts';
import { openMerchantRoom, type MerchantRoom } from './merchant-room.ts';
import { takeReward } from './redemptions.ts';

let room: MerchantRoom;
let merchantId = 0;
const now = new Date('2026-03-30T00:00:00Z');

beforeAll(async () => {
  room = await openMerchantRoom(now.toISOString());
});
beforeEach(async () => {
  merchantId += 1;
  room.clock.set(now);
  await room.install(merchantId);
});
afterAll(() => room.close());

async function activity(query = ''): Promise<ActivityPage> {
  const { status, body } = await room.as<ActivityPage>(merchantId, 'GET', `/v1/api/points/activity${query}`);
  expect(status).toBe(200);
  return body;
}

async function allOf(query: string): Promise<ActivityPage['items']> {
  const items: ActivityPage['items'] = [];
  let cursor: string | null = null;
  do {
    const page = await activity(`?${query}${cursor ? `&cursor=${cursor}` : ''}`);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor);
  return items;
}

const cancelled = { snapshot: null, cancelledAt: now.toISOString() };

describe('activity', () => {
  it('tells of every customer’s transfers, newest first, over the months', async () => {
    await room.order(merchantId, 1, { customerId: 7, name: '#1' });
    room.clock.set('2026-04-02T00:00:00Z');
    await room.order(merchantId, 2, { customerId: 8, name: '#2' });
    room.clock.set('2026-05-02T00:00:00Z');
    await room.order(merchantId, 1, {}, cancelled);
    await room.settled();
    const { items, nextCursor } = await activity();
    expect(nextCursor).toBeNull();
    expect(items).toMatchObject([
      { kind: 'clawback', customerId: 7, orderName: '#1', points: 37, reversesTransferId: items[2]!.transferId },
      {
        kind: 'earn',
        customerId: 8,
        orderName: '#2',
        points: 37,
        earnedBy: { kind: 'rate', rate: '1', currency: 'EUR' },
      },
      { kind: 'earn', customerId: 7, orderName: '#1', points: 37, actor: 'shopify' },
    ]);
  });

  it('pages without gap or repeat, also where many happened at one moment', async () => {
    for (let round = 0; round < 3; round += 1) {
      room.clock.advance(1_000);
      await Promise.all(
        Array.from({ length: 5 }, (_, index) =>
          room.order(merchantId, round * 5 + index + 1, { customerId: index + 1 }),
        ),
      );
    }
    await room.order(merchantId, 2, {}, cancelled);
    await room.settled();
    const all = (await activity('?limit=250')).items;
    expect(all).toHaveLength(16);
    const times = all.map(({ at }) => at);
    expect(times).toEqual(times.toSorted().reverse());
    expect(await allOf('limit=3')).toEqual(all);
  });

  it('shows one kind', async () => {
    for (let orderId = 1; orderId <= 6; orderId += 1) await room.order(merchantId, orderId);
    for (let orderId = 1; orderId <= 4; orderId += 1) await room.order(merchantId, orderId, {}, cancelled);
    await room.settled();
    const clawbacks = await allOf('kind=clawback&limit=3');
    expect(clawbacks.map(({ kind }) => kind)).toEqual(Array.from({ length: 4 }, () => 'clawback'));
    expect(await room.as(merchantId, 'GET', '/v1/api/points/activity?kind=gift')).toMatchObject({ status: 400 });
  });

  it('shows another shop nothing, and refuses a cursor it did not hand out', async () => {
    await room.order(merchantId, 1);
    await room.settled();
    merchantId += 1;
    await room.install(merchantId);
    expect(await activity()).toEqual({ items: [], nextCursor: null });
    expect(await room.as(merchantId, 'GET', '/v1/api/points/activity?cursor=abc')).toMatchObject({
      status: 400,
      body: { code: 'invalid-cursor' },
    });
  });
});

describe('redemptions', () => {
  async function redemptions(query = ''): Promise<ShopRedemptionPage> {
    const { status, body } = await room.as<ShopRedemptionPage>(merchantId, 'GET', `/v1/api/points/redemptions${query}`);
    expect(status).toBe(200);
    return body;
  }

  /** Five customers with a reward each; the first used it, the second gave it back. */
  async function fiveTaken(): Promise<number[]> {
    const ledger = room.running.app.get(Ledger, { strict: false });
    const ids: number[] = [];
    for (let customerId = 1; customerId <= 5; customerId += 1) {
      await room.order(merchantId, customerId, { customerId });
      const redemptionId = merchantId * 10 + customerId;
      ids.push(redemptionId);
      const code = `CODE${redemptionId}`;
      await takeReward(room.database, ledger, { merchantId, customerId, redemptionId, points: 30, code, now });
    }
    await room.order(merchantId, 91, { name: '#91', customerId: 1, codes: [`CODE${ids[0]}`] });
    const service = room.running.app.get(Redemptions, { strict: false });
    const second = await service.find(merchantId, ids[1]!);
    await service.giveBack(second!, 'released', 'staff:42');
    return ids;
  }

  it('are those of every customer, newest first, with the reward’s and the order’s name', async () => {
    const ids = await fiveTaken();
    const { items } = await redemptions();
    expect(items.map(({ redemptionId }) => redemptionId)).toEqual(ids.toReversed());
    expect(items.at(-1)).toEqual({
      redemptionId: ids[0],
      rewardId: expect.any(Number),
      customerId: 1,
      points: 30,
      status: 'captured',
      code: `CODE${ids[0]}`,
      orderId: 91,
      restoredPoints: 0,
      createdAt: now.toISOString(),
      expiresAt: null,
      rewardName: expect.any(String),
      orderName: '#91',
    });
    expect(items[0]).toMatchObject({ status: 'active', orderId: null, orderName: null });
  });

  it('page, also in one state', async () => {
    const ids = await fiveTaken();
    const first = await redemptions('?status=active&limit=2');
    const second = await redemptions(`?status=active&limit=2&cursor=${first.nextCursor}`);
    const seen = [...first.items, ...second.items].map(({ redemptionId }) => redemptionId);
    expect(seen).toEqual([ids[4], ids[3], ids[2]]);
    expect(second.nextCursor).toBeNull();
    expect((await redemptions('?status=released')).items).toMatchObject([{ customerId: 2, code: null }]);
  });

  it('of another shop are not shown', async () => {
    await fiveTaken();
    merchantId += 1;
    await room.install(merchantId);
    expect(await redemptions()).toEqual({ items: [], nextCursor: null });
  });
});
