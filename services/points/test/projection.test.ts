import { customerDeleted, customerMerged, merchantUpdated } from '@loyalnest/contracts/events';
import { defaultProgrammeSettings } from '@loyalnest/contracts/programme';
import { publish } from '@loyalnest/platform/events/publish';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EventConsumer } from '@loyalnest/platform/events/consumer';
import { ApprovePoints } from '../src/approval/approve-points.job.ts';
import { points } from '../src/index.ts';
import { Projection } from '../src/members/projection.service.ts';
import { aRefund } from './orders.ts';
import { openMerchantRoom, type MerchantRoom } from './merchant-room.ts';

let room: MerchantRoom;
let projection: Projection;
let consumer: EventConsumer;
let merchantId = 0;
let eventId = 0;

beforeAll(async () => {
  room = await openMerchantRoom('2026-03-02T00:00:00Z');
  projection = room.running.app.get(Projection, { strict: false });
  const handlers = (points.events ?? []).map((token) => room.running.app.get(token, { strict: false }));
  consumer = new EventConsumer({ name: 'points', database: room.database, handlers });
});
beforeEach(() => {
  merchantId += 1;
  room.clock.set('2026-03-02T00:00:00Z');
});
afterAll(() => room.close());

async function rowsOf(table: string): Promise<unknown[]> {
  const { rows } = await room.databases.owner.query<{ row: unknown }>(
    `select to_jsonb(${table}) as row from points.${table} where merchant_id = $1 order by to_jsonb(${table})::text`,
    [merchantId],
  );
  return rows.map(({ row }) => row);
}

async function projections() {
  return {
    members: await rowsOf('members'),
    programme_days: await rowsOf('programme_days'),
    activities: await rowsOf('activities'),
  };
}

/** An event of admin-core's, as the relay hands it over. */
function hear(type: string, payload: Record<string, unknown>): Promise<void> {
  eventId += 1;
  const occurredAt = room.clock.now();
  const event = { source: 'admin-core', id: eventId, merchantId, key: 'k', type, payload, occurredAt };
  return consumer.receive([{ ...event, payload: { merchantId, ...payload } }]);
}

const fiveDays = { ...defaultProgrammeSettings.purchase, approvalDays: 5 };
const cancelled = { snapshot: null, cancelledAt: '2026-03-01T12:00:00.000Z' };

/** A busy week: orders of now and of before, refunds, approvals, a debt, a merge and a deletion. */
async function aWeek(): Promise<void> {
  await room.install(merchantId, { purchase: fiveDays, expiry: { afterMonths: 12 } });
  for (let customerId = 1; customerId <= 6; customerId += 1) {
    await room.order(merchantId, customerId, { customerId, name: `#${customerId}` });
    room.clock.advance(7 * 3_600_000);
  }
  await room.order(merchantId, 11, { customerId: 4, createdAt: '2025-11-30T23:30:00.000Z' });
  await room.order(merchantId, 12, { customerId: 4, createdAt: '2025-06-01T08:00:00.000Z' });
  await room.order(merchantId, 11, {}, cancelled);
  await room.order(merchantId, 10, { customerId: 2 });
  await room.order(merchantId, 10, {}, { snapshot: null, refunds: { 1: aRefund({ id: 1, totalMinor: 1_000 }) } });
  await room.order(merchantId, 3, {}, cancelled);
  room.clock.advance(6 * 24 * 3_600_000);
  await room.running.app.get(ApprovePoints, { strict: false }).run();
  const adjust = { kind: 'adjust' as const, actor: 'staff:1', customerId: 4 };
  await room.post(merchantId, { ...adjust, direction: 'debit', points: 30, businessKey: 'a' });
  await room.post(merchantId, {
    ...adjust,
    direction: 'credit',
    points: 12,
    businessKey: 'b',
    earnedAt: room.clock.now(),
    expiresAt: null,
  });
  await room.order(merchantId, 5, {}, cancelled);
  await hear(customerMerged.name, { mergedCustomerId: 1, keptCustomerId: 2 });
  await hear(customerDeleted.name, { customerId: 6, isRedacted: false });
}

describe('when a customer’s points expire next', () => {
  const nextExpiry = async () =>
    (await rowsOf('members')).map((row) => (row as { next_expiry_at: string }).next_expiry_at);
  const at = (day: number) => new Date(Date.UTC(2026, 3, day));
  const stored = (day: number) => at(day).toISOString().replace('.000Z', '+00:00');

  async function earn(day: number, points = 10): Promise<void> {
    const common = { kind: 'earn' as const, to: 'available' as const, actor: 'test', earnedAt: room.clock.now() };
    await room.post(merchantId, { ...common, customerId: 7, points, businessKey: `on/${day}`, expiresAt: at(day) });
    await room.settled();
  }

  it('is what was soonest so far or what was earned, and is looked up anew when points go', async () => {
    await room.install(merchantId);
    await earn(20);
    await earn(25);
    expect(await nextExpiry()).toEqual([stored(20)]);
    await earn(10, 30);
    expect(await nextExpiry()).toEqual([stored(10)]);
    const take = { kind: 'adjust' as const, direction: 'debit' as const, actor: 'staff:1', customerId: 7 };
    await room.post(merchantId, { ...take, points: 35, businessKey: 'taken' });
    await earn(24);
    expect(await nextExpiry()).toEqual([stored(20)]);
    const rows = await projections();
    await projection.rebuild([merchantId]);
    expect(await projections()).toEqual(rows);
  });

  it('is told by new lots alone while points only come: thousands are not read again for each order', async () => {
    await room.install(merchantId);
    await earn(20);
    // Something that only who reads the old lot can see.
    await room.databases.owner.query('update points.lots set expires_at = $2 where merchant_id = $1', [
      merchantId,
      at(1),
    ]);
    await earn(25);
    expect(await nextExpiry()).toEqual([stored(20)]);
    await projection.rebuild([merchantId]);
    expect(await nextExpiry()).toEqual([stored(1)]);
  });
});

describe('the projections', () => {
  it('are the same rows after they are thrown away and made again from the ledger', async () => {
    await aWeek();
    await room.settled();
    const before = await projections();
    expect(before.members).toHaveLength(6);
    await projection.rebuild([merchantId]);
    expect(await projections()).toEqual(before);
  });

  it('are right for a ledger that is older than they are', async () => {
    await aWeek();
    await room.settled();
    const before = await projections();
    for (const table of ['members', 'programme_days', 'activities', 'projected_shops']) {
      await room.databases.owner.query(`delete from points.${table} where merchant_id = $1`, [merchantId]);
    }
    await projection.buildMissing();
    expect(await projections()).toEqual(before);
  });

  it('count each event once when they are made again while events are under way', async () => {
    await room.install(merchantId);
    const orders = Array.from({ length: 60 }, (_, index) => index + 1);
    await Promise.all([
      ...orders.map((orderId) => room.order(merchantId, orderId, { customerId: (orderId % 5) + 1 })),
      projection.rebuild([merchantId]),
      projection.drain().then(() => projection.rebuild([merchantId])),
    ]);
    await room.settled();
    const sums = await room.databases.owner.query(
      `select sum(earned)::int as earned, sum(orders)::int as orders, sum(available)::int as available
       from points.members where merchant_id = $1`,
      [merchantId],
    );
    expect(sums.rows).toEqual([{ earned: 60 * 37, orders: 60, available: 60 * 37 }]);
    expect(await rowsOf('activities')).toHaveLength(60);
  });

  it('say that more is coming while an older transaction holds events back', async () => {
    await room.install(merchantId);
    await room.settled();
    const older = await room.databases.owner.connect();
    await older.query('begin; select pg_current_xact_id()');
    try {
      await room.order(merchantId, 1);
      expect(await projection.drain()).toMatchObject({ isMoreComing: true });
      expect(await rowsOf('members')).toEqual([]);
    } finally {
      await older.query('rollback');
      older.release();
    }
    await room.settled();
    expect(await rowsOf('members')).toHaveLength(1);
  });

  it('pass events that move no points', async () => {
    await room.install(merchantId);
    await room.database.forMerchant(merchantId, (tx) =>
      publish(tx, [{ merchantId, key: 'k', type: 'programme.changed.v1', payload: { merchantId } }], room.clock.now()),
    );
    await room.order(merchantId, 1);
    await room.settled();
    expect(await rowsOf('members')).toHaveLength(1);
  });
});

describe('a member', () => {
  it('has the figures of those who were merged into it, and orders that arrive for them later', async () => {
    await room.install(merchantId);
    await room.order(merchantId, 1, { customerId: 7 });
    await room.order(merchantId, 2, { customerId: 8 });
    await hear(customerMerged.name, { mergedCustomerId: 7, keptCustomerId: 8 });
    await room.order(merchantId, 3, { customerId: 7 });
    await room.settled();
    expect(await rowsOf('members')).toMatchObject([
      { customer_id: 7, earned: 0, orders: 0, available: 0, is_closed: true },
      { customer_id: 8, earned: 111, orders: 3, available: 111, is_closed: false },
    ]);
  });

  it('keeps what it earned less what was taken back', async () => {
    await room.install(merchantId);
    await room.order(merchantId, 1);
    await room.order(merchantId, 2);
    await room.order(merchantId, 1, {}, cancelled);
    await room.settled();
    expect(await rowsOf('members')).toMatchObject([{ earned: 37, orders: 2, available: 37 }]);
  });
});

describe('a day', () => {
  it('is one of the shop’s own calendar, and moves with its time zone', async () => {
    await room.install(merchantId);
    room.clock.set('2026-03-10T23:30:00Z');
    await room.order(merchantId, 1, { createdAt: '2026-03-10T23:15:00.000Z' });
    await room.settled();
    expect(await rowsOf('programme_days')).toMatchObject([
      { day: '2026-03-11', issued: 37, outstanding: 37, orders: 1, members: 1 },
    ]);
    await hear(merchantUpdated.name, {
      shopDomain: `shop-${merchantId}.myshopify.com`,
      currency: 'EUR',
      timezone: 'America/New_York',
      isInstalled: true,
    });
    await room.order(merchantId, 2, { createdAt: '2026-03-10T23:20:00.000Z' });
    await room.settled();
    await projection.buildMissing();
    expect(await rowsOf('programme_days')).toMatchObject([{ day: '2026-03-10', issued: 74, orders: 2, members: 1 }]);
  });

  it('is one of UTC where nobody knows the time zone', async () => {
    await room.install(merchantId);
    await room.databases.owner.query(`update points.shops set timezone = 'Mars/Olympus' where merchant_id = $1`, [
      merchantId,
    ]);
    room.clock.set('2026-03-10T23:30:00Z');
    await room.order(merchantId, 1, { createdAt: '2026-03-10T23:15:00.000Z' });
    await room.settled();
    expect(await rowsOf('programme_days')).toMatchObject([{ day: '2026-03-10' }]);
  });

  it('has the orders that were placed on it, whenever they come in, and what was taken back of them', async () => {
    await room.install(merchantId, { purchase: fiveDays });
    await room.order(merchantId, 1, { customerId: 1, createdAt: '2025-06-01T22:30:00.000Z' });
    await room.order(merchantId, 2, { customerId: 2, createdAt: '2025-06-02T10:00:00.000Z' });
    await room.order(merchantId, 3, { customerId: 1, createdAt: '2026-03-01T23:30:00.000Z' });
    await room.order(merchantId, 2, {}, { snapshot: null, refunds: { 1: aRefund({ id: 1, totalMinor: 1_000 }) } });
    await room.order(merchantId, 3, {}, cancelled);
    await room.settled();
    expect(await rowsOf('programme_days')).toMatchObject([
      { day: '2025-06-02', issued: 64, outstanding: 64, orders: 2, members: 2 },
      { day: '2026-03-02', issued: 0, outstanding: 0, orders: 1, members: 0 },
    ]);
  });

  it('has what no order caused when it was posted', async () => {
    await room.install(merchantId);
    await room.order(merchantId, 1, { createdAt: '2025-06-01T10:00:00.000Z' });
    room.clock.set('2026-03-05T12:00:00Z');
    const earned = { earnedAt: room.clock.now(), expiresAt: null };
    const common = { customerId: 7, points: 10, redemptionId: 1, orderId: 1, actor: 'customer' };
    await room.post(
      merchantId,
      { kind: 'earn', customerId: 8, points: 50, to: 'available', businessKey: 'signup/8', actor: 'job', ...earned },
      { ...common, kind: 'hold', businessKey: 'r/hold' },
      { ...common, kind: 'capture', businessKey: 'r/capture' },
    );
    await room.settled();
    expect(await rowsOf('programme_days')).toMatchObject([
      { day: '2025-06-01', issued: 37, redeemed: 0, orders: 1, members: 1 },
      { day: '2026-03-05', issued: 50, redeemed: 10, orders: 0, members: 1 },
    ]);
  });

  it('has the customers whose first order was placed on it, in whatever order their orders come in', async () => {
    await room.install(merchantId);
    for (const [orderId, createdAt] of [
      [3, '2026-02-03T10:00:00.000Z'],
      [1, '2025-02-01T10:00:00.000Z'],
      [2, '2025-02-02T10:00:00.000Z'],
    ] as const) {
      await room.order(merchantId, orderId, { createdAt });
      await room.settled();
    }
    const days = [
      { day: '2025-02-01', orders: 1, members: 1 },
      { day: '2025-02-02', orders: 1, members: 0 },
      { day: '2026-02-03', orders: 1, members: 0 },
    ];
    expect(await rowsOf('programme_days')).toMatchObject(days);
    await projection.rebuild([merchantId]);
    expect(await rowsOf('programme_days')).toMatchObject(days);
  });

  it('is counted anew where it was counted by other rules', async () => {
    await room.install(merchantId);
    await room.order(merchantId, 1, { createdAt: '2025-02-01T10:00:00.000Z' });
    await room.settled();
    const before = await projections();
    for (const change of ['projected_shops set rules_version = default', `programme_days set day = '2026-03-02'`]) {
      await room.databases.owner.query(`update points.${change} where merchant_id = $1`, [merchantId]);
    }
    await projection.buildMissing();
    expect(await projections()).toEqual(before);
  });
});
