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

/** A busy week: orders, refunds, approvals, a debt, a merge and a deletion. */
async function aWeek(): Promise<void> {
  await room.install(merchantId, { purchase: fiveDays, expiry: { afterMonths: 12 } });
  for (let customerId = 1; customerId <= 6; customerId += 1) {
    await room.order(merchantId, customerId, { customerId, name: `#${customerId}` });
    room.clock.advance(7 * 3_600_000);
  }
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
    await room.order(merchantId, 1);
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
    await projection.buildMissing();
    expect(await rowsOf('programme_days')).toMatchObject([{ day: '2026-03-10', issued: 37, members: 1 }]);
  });

  it('is one of UTC where nobody knows the time zone', async () => {
    await room.install(merchantId);
    await room.databases.owner.query(`update points.shops set timezone = 'Mars/Olympus' where merchant_id = $1`, [
      merchantId,
    ]);
    room.clock.set('2026-03-10T23:30:00Z');
    await room.order(merchantId, 1);
    await room.settled();
    expect(await rowsOf('programme_days')).toMatchObject([{ day: '2026-03-10' }]);
  });
});
