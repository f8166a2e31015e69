import { createHmac } from 'node:crypto';
import { defaultProgrammeSettings } from '@loyalnest/contracts/programme';
import type { Overview } from '@loyalnest/contracts/rest/overview';
import type { WebhookDelivery, WebhookHandler } from '@loyalnest/shopify/webhooks/webhook-door';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Departures } from '../src/merging/departures.service.ts';
import { daySeries, firstDay } from '../src/overview/day-series.ts';
import { lagBucket, lagQuantile } from '../src/overview/webhook-lag.ts';
import { WebhookLags } from '../src/overview/webhook-lags.service.ts';
import { clientSecret, openMerchantRoom, type MerchantRoom } from './merchant-room.ts';

let room: MerchantRoom;
let merchantId = 0;
const now = new Date('2026-03-20T12:00:00Z');

beforeAll(async () => {
  room = await openMerchantRoom(now.toISOString());
});
beforeEach(async () => {
  merchantId += 1;
  room.clock.set(now);
  await room.install(merchantId);
});
afterAll(() => room.close());

async function overview(days: 30 | 90 | 365 = 30): Promise<Overview> {
  await room.settled();
  const { status, body } = await room.as<Overview>(merchantId, 'GET', `/v1/api/points/overview?days=${days}`);
  expect(status).toBe(200);
  return body;
}

/** A webhook as Shopify sends it: an order of 37.00 EUR by customer 7, unless it is told to be nonsense. */
async function deliver(of: { webhookId: string; lagSeconds?: number; body?: string; shop?: number }): Promise<void> {
  const order = {
    id: Number(of.webhookId.replace(/\D/g, '')),
    name: '#1',
    created_at: '2026-03-20T11:00:00Z',
    updated_at: '2026-03-20T11:00:00Z',
    currency: 'EUR',
    financial_status: 'paid',
    total_price: '37.00',
    customer: { id: 7 },
    line_items: [{ id: 1, quantity: 1, price: '37.00' }],
  };
  const raw = of.body ?? JSON.stringify(order);
  const triggeredAt = new Date(room.clock.now().getTime() - (of.lagSeconds ?? 0) * 1_000).toISOString();
  const response = await fetch(`${room.running.url}/webhooks/shopify`, {
    method: 'POST',
    body: raw,
    headers: {
      'content-type': 'application/json',
      'x-shopify-topic': 'orders/create',
      'x-shopify-shop-domain': `shop-${of.shop ?? merchantId}.myshopify.com`,
      'x-shopify-webhook-id': of.webhookId,
      ...(of.lagSeconds === undefined ? {} : { 'x-shopify-triggered-at': triggeredAt }),
      'x-shopify-hmac-sha256': createHmac('sha256', clientSecret).update(raw).digest('base64'),
    },
  });
  expect(response.status).toBe(200);
}

const cancelled = { snapshot: null, cancelledAt: now.toISOString() };

describe('the overview', () => {
  it('of a new shop says nothing happened', async () => {
    const { days, ...figures } = await overview();
    expect(figures).toEqual({
      currency: 'EUR',
      isProgrammeOn: true,
      members: 0,
      issued: 0,
      redeemed: 0,
      outstanding: 0,
      outstandingValueMinor: 0,
      pointValue: '1',
      ordersIngested: 0,
      webhookLag: null,
      failedWebhooks: 0,
      widgetSeenAt: null,
    });
    expect(days).toHaveLength(30);
    expect(days[0]?.day).toBe('2026-02-19');
    expect(days.at(-1)).toEqual({ day: '2026-03-20', issued: 0, redeemed: 0, orders: 0, members: 0 });
  });

  it('sums over all time, and tells the days in the shop’s own calendar', async () => {
    await room.order(merchantId, 1, { customerId: 1, createdAt: '2026-01-02T12:00:00.000Z' });
    const createdAt = '2026-03-18T23:30:00.000Z';
    await room.order(merchantId, 2, { customerId: 1, createdAt });
    await room.order(merchantId, 3, { customerId: 2, createdAt });
    await room.order(merchantId, 4, { customerId: 3, createdAt });
    await room.order(merchantId, 5, { customerId: null, createdAt });
    await room.order(merchantId, 3, {}, cancelled);
    const departures = room.running.app.get(Departures, { strict: false });
    await room.database.forMerchant(merchantId, (tx) => departures.close(tx, { merchantId, customerId: 3 }, now));
    const { days, ...figures } = await overview(90);
    expect(figures).toMatchObject({
      members: 2,
      issued: 74,
      redeemed: 0,
      outstanding: 74,
      outstandingValueMinor: 74,
      ordersIngested: 5,
    });
    expect(days).toHaveLength(90);
    expect(days.filter(({ issued, orders }) => issued !== 0 || orders !== 0)).toEqual([
      { day: '2026-01-02', issued: 37, redeemed: 0, orders: 1, members: 1 },
      { day: '2026-03-19', issued: 74, redeemed: 0, orders: 3, members: 2 },
      { day: '2026-03-20', issued: -37, redeemed: 0, orders: 0, members: 0 },
    ]);
    expect((await overview(30)).days.some(({ day }) => day === '2026-01-02')).toBe(false);
  });

  it('is one shop’s alone', async () => {
    await room.order(merchantId, 1);
    merchantId += 1;
    await room.install(merchantId);
    expect(await overview()).toMatchObject({ members: 0, issued: 0, outstanding: 0, ordersIngested: 0 });
  });

  it('says whether the programme is on, and that a point has no value while no reward gives it one', async () => {
    merchantId += 1;
    await room.install(merchantId, { ...defaultProgrammeSettings, isOn: false });
    await room.databases.owner.query('update points.rewards set is_open = false where merchant_id = $1', [merchantId]);
    expect(await overview()).toMatchObject({ isProgrammeOn: false, pointValue: null, outstandingValueMinor: null });
  });

  it('tells how long deliveries took over the last day, and how many wait for a person', async () => {
    const lags = room.running.app.get(WebhookLags, { strict: false });
    for (let index = 1; index <= 20; index += 1) {
      await deliver({ webhookId: `w-${merchantId}${index}`, lagSeconds: index <= 18 ? 1 : 60 });
    }
    await deliver({ webhookId: 'without-a-time-99' });
    await deliver({ webhookId: 'unreadable', lagSeconds: 1, body: 'no json' });
    await lags.flush();
    const { webhookLag, failedWebhooks } = await overview();
    expect(failedWebhooks).toBe(1);
    expect(webhookLag?.deliveries).toBe(21);
    expect(webhookLag?.p50Seconds).toBeGreaterThanOrEqual(1);
    expect(webhookLag?.p50Seconds).toBeLessThanOrEqual(1.2);
    expect(webhookLag?.p95Seconds).toBeGreaterThanOrEqual(60);
    expect(webhookLag?.p95Seconds).toBeLessThanOrEqual(72);

    room.clock.set('2026-03-21T13:00:00Z');
    expect((await overview()).webhookLag).toBeNull();
    await deliver({ webhookId: 'next-day-100', lagSeconds: 2 });
    await lags.flush();
    expect((await overview()).webhookLag?.deliveries).toBe(1);
    const { rows } = await room.databases.owner.query('select from points.webhook_lags where merchant_id = $1', [
      merchantId,
    ]);
    expect(rows).toHaveLength(1);
  });

  it('writes what it counted of more shops than one transaction takes', async () => {
    const lags = room.running.app.get(WebhookLags, { strict: false });
    const watched = lags.watch({ topics: [], handle: () => Promise.resolve() } as unknown as WebhookHandler);
    const merchantIds = Array.from({ length: 250 }, (_, index) => 500_000 + index);
    for (const id of merchantIds)
      await watched.handle({ shop: { merchantId: id }, triggeredAt: room.clock.now() } as unknown as WebhookDelivery);
    await lags.flush();
    const { rows } = await room.databases.owner.query<{ merchants: string }>(
      'select count(distinct merchant_id) as merchants from points.webhook_lags where merchant_id = any ($1::bigint[])',
      [merchantIds],
    );
    expect(Number(rows[0]?.merchants)).toBe(250);
  });

  it('writes what it counted since the last time to the hour of each delivery', async () => {
    const lags = room.running.app.get(WebhookLags, { strict: false });
    for (const moment of ['2026-03-20T11:59:59Z', '2026-03-20T12:00:00Z', '2026-03-20T12:00:10Z']) {
      room.clock.set(moment);
      await deliver({ webhookId: `w-${Date.parse(moment) / 1_000}`, lagSeconds: 1 });
    }
    await lags.flush();
    const { rows } = await room.databases.owner.query(
      'select hour, deliveries::int as deliveries from points.webhook_lags where merchant_id = $1 order by hour',
      [merchantId],
    );
    expect(rows).toEqual([
      { hour: new Date('2026-03-20T11:00:00Z'), deliveries: 1 },
      { hour: new Date('2026-03-20T12:00:00Z'), deliveries: 2 },
    ]);
  });

  it('keeps what it counted while PostgreSQL is away', async () => {
    const lags = room.running.app.get(WebhookLags, { strict: false });
    await deliver({ webhookId: 'w-1', lagSeconds: 1 });
    await room.databases.owner.query('revoke insert on points.webhook_lags from loyalnest_points');
    await expect(lags.flush()).rejects.toThrow('permission denied');
    await room.databases.owner.query('grant insert on points.webhook_lags to loyalnest_points');
    await lags.flush();
    expect((await overview()).webhookLag?.deliveries).toBe(1);
  });

  it('says when the storefront last showed the widget', async () => {
    await room.databases.owner.query('update points.shops set widget_seen_at = $2 where merchant_id = $1', [
      merchantId,
      now,
    ]);
    expect((await overview()).widgetSeenAt).toBe(now.toISOString());
  });
});

describe('a series of days', () => {
  it('has no gap at the end of February or where clocks change', () => {
    expect(firstDay('2028-03-02', 30)).toBe('2028-02-02');
    const days = daySeries([], '2026-04-02', 365).map(({ day }) => day);
    expect(new Set(days).size).toBe(365);
    expect(days.slice(-6)).toEqual([
      '2026-03-28',
      '2026-03-29',
      '2026-03-30',
      '2026-03-31',
      '2026-04-01',
      '2026-04-02',
    ]);
    expect(days[0]).toBe('2025-04-03');
  });
});

describe('a lag', () => {
  it.each([
    [-5, 0],
    [0, 0],
    [0.1, 0],
    [0.1000001, 1],
    [0.12, 1],
    [0.13, 2],
    [1e9, 90],
  ])('of %d s is in bucket %d', (seconds, bucket) => {
    expect(lagBucket(seconds)).toBe(bucket);
  });

  it.each([0.05, 0.3, 1, 7.5, 60, 3_600, 14_400])('of %d s is told at most a fifth too long', (seconds) => {
    const told = lagQuantile([{ bucket: lagBucket(seconds), deliveries: 3 }], 0.5);
    expect(told).toBeGreaterThanOrEqual(Math.max(seconds, 0.1) - 0.005);
    expect(told).toBeLessThanOrEqual(Math.max(seconds, 0.1) * 1.2 + 0.005);
  });

  it('is unknown where nothing was delivered', () => {
    expect(lagQuantile([], 0.5)).toBeUndefined();
  });
});
