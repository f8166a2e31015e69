import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { happenedAt } from '../src/intake/report-window.ts';
import { openRoom, type Room } from './room.ts';

let room: Room;
let shop: string;
let merchantId = 200;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());
beforeEach(async () => {
  shop = await room.install((merchantId += 1));
});

const viewed = (facts: Record<string, unknown> = {}) => ({ id: randomUUID(), name: 'rfm_preview_viewed', ...facts });
const reported = async () => (await room.recorded(merchantId)).filter(({ name }) => name !== 'merchant_installed');

describe('POST /v1/api/events', () => {
  it('records what the merchant’s pages saw', async () => {
    const events = [
      viewed(),
      viewed({
        name: 'visualization_viewed',
        properties: { chart: 'rfm_scatter' },
        occurredAt: '2026-11-20T09:00:00+01:00',
      }),
    ];
    expect(await room.report({ shop, staff: true }, { events })).toEqual({ status: 202, body: { recorded: 2 } });
    expect(await reported()).toEqual([
      { occurred_at: room.clock.now(), name: 'rfm_preview_viewed', customer_id: null, properties: {} },
      {
        occurred_at: new Date('2026-11-20T08:00:00Z'),
        name: 'visualization_viewed',
        customer_id: null,
        properties: { chart: 'rfm_scatter' },
      },
    ]);
  });

  it.each([
    ['a signed-in shopper', 123, 123],
    ['a visitor', null, null],
  ])('records what %s did, as Shopify names them and not as the page does', async (_, customerId, expected) => {
    const events = [viewed({ name: 'referral_clicked', properties: { channel: 'sms' } })];
    expect(await room.report({ shop, customerId }, { events })).toMatchObject({ status: 202 });
    expect(await reported()).toMatchObject([
      { name: 'referral_clicked', customer_id: expected, properties: { channel: 'sms' } },
    ]);
  });

  it('records an event once, though it is sent again, twice in one request, at once, or later', async () => {
    const event = viewed();
    const send = () => room.report({ shop, staff: true }, { events: [event, event] });
    const answers = await Promise.all(Array.from({ length: 6 }, send));
    room.clock.advance(60_000);
    answers.push(await send());
    room.clock.advance(-60_000);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
    expect(answers.reduce((sum, { body }) => sum + Number(body['recorded']), 0)).toBe(1);
    expect(await reported()).toHaveLength(1);
  });

  it('lets two shops use the same id', async () => {
    const event = viewed();
    const other = await room.install(merchantId + 1_000);
    await room.report({ shop: other, staff: true }, { events: [event] });
    expect(await room.report({ shop, staff: true }, { events: [event] })).toMatchObject({ body: { recorded: 1 } });
  });

  it('forgets ids only after no page will send them again', async () => {
    await room.report({ shop, staff: true }, { events: [viewed()] });
    const start = room.clock.now();
    const remembered = () =>
      room.rows('select 1 from event_tracking.reported_ids where merchant_id = $1', [merchantId]);
    room.clock.advance(14 * 86_400_000);
    await room.job('forget-reported-ids');
    expect(await remembered()).toHaveLength(1);
    room.clock.advance(1);
    await room.job('forget-reported-ids');
    expect(await remembered()).toEqual([]);
    room.clock.set(start);
  });

  it.each([
    ['no events', { events: [] }],
    ['too many', { events: Array.from({ length: 51 }, () => viewed()) }],
    ['no body', undefined],
    ['an id that is none', { events: [viewed({ id: '1' })] }],
    ['a name that is no product event', { events: [viewed({ name: 'password_typed' })] }],
    ['the name of what services report', { events: [viewed({ name: 'points_earned' })] }],
    ['an unknown property', { events: [viewed({ properties: { email: 'ada@example.com' } })] }],
    [
      'an address in a property',
      { events: [viewed({ name: 'visualization_viewed', properties: { chart: 'ada@example.com' } })] },
    ],
    ['a time that is none', { events: [viewed({ occurredAt: 'yesterday' })] }],
  ])('refuses %s', async (_, body) => {
    expect(await room.report({ shop, staff: true }, body)).toMatchObject({
      status: 400,
      body: { code: 'invalid-request' },
    });
    expect(await reported()).toEqual([]);
  });

  it('refuses shoppers what merchants report, and the other way round, with all that came along', async () => {
    const [ours, theirs] = [viewed(), viewed({ name: 'leaderboard_viewed' })];
    expect(await room.report({ shop, customerId: 1 }, { events: [theirs, ours] })).toMatchObject({ status: 403 });
    expect(await room.report({ shop, staff: true }, { events: [ours, theirs] })).toMatchObject({ status: 403 });
    expect(await reported()).toEqual([]);
  });

  it('refuses whoever Shopify did not vouch for', async () => {
    const body = JSON.stringify({ events: [viewed()] });
    const headers = { 'content-type': 'application/json' };
    const anonymous = await fetch(`${room.running.url}/v1/api/events`, { method: 'POST', headers, body });
    expect(anonymous.status).toBe(401);
    expect(anonymous.headers.get('content-type')).toContain('application/problem+json');
    expect(await room.report({ shop: 'nobody.myshopify.com', staff: true }, { events: [viewed()] })).toMatchObject({
      status: 404,
    });
  });
});

describe('the time of a reported event', () => {
  it('is never in the future and never more than 7 days ago', () => {
    const now = new Date('2026-11-20T12:00:00Z');
    fc.assert(
      fc.property(fc.option(fc.date({ noInvalidDate: true })), (said) => {
        const time = happenedAt(said?.toISOString(), now);
        expect(time <= now && now.getTime() - time.getTime() <= 7 * 86_400_000).toBe(true);
      }),
    );
    expect(happenedAt('2026-11-19T12:00:00Z', now)).toEqual(new Date('2026-11-19T12:00:00Z'));
    expect(happenedAt('2026-11-12T12:00:00Z', now)).toEqual(now);
  });
});
