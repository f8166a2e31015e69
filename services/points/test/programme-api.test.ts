import { defaultProgrammeSettings, type ProgrammeSettings } from '@loyalnest/contracts/programme';
import type { SettingsResponse } from '@loyalnest/contracts/rest/points';
import { settingsHistoryPageSchema, settingsPreviewSchema } from '@loyalnest/contracts/rest/programme-preview';
import type { SettingsHistoryPage, SettingsPreview } from '@loyalnest/contracts/rest/programme-preview';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openMerchantRoom, type MerchantRoom } from './merchant-room.ts';
import { aLine, aRefund, aSnapshot } from './orders.ts';

const path = '/v1/api/points/settings';
let room: MerchantRoom;
let merchantId = 0;

beforeAll(async () => {
  room = await openMerchantRoom('2026-03-02T00:00:00Z');
});
beforeEach(async () => {
  merchantId += 1;
  room.clock.set('2026-03-02T00:00:00Z');
  await room.install(merchantId);
});
afterAll(() => room.close());

/** The rules of the shop as `install` leaves them, with a change. */
function rules(change: Partial<ProgrammeSettings['purchase']> = {}, more: Partial<ProgrammeSettings> = {}) {
  const { purchase, signup } = defaultProgrammeSettings;
  return {
    ...defaultProgrammeSettings,
    signup: { ...signup, isOn: false },
    purchase: { ...purchase, ...change },
    ...more,
  };
}

function save(version: number, settings: unknown, userId = 42) {
  return room.as<SettingsResponse>(merchantId, 'PUT', path, { body: { version, settings }, userId });
}

describe('saving rules', () => {
  it('of a version that is no longer the newest shows the newest', async () => {
    expect((await save(2, rules({ rate: '3' }), 43)).status).toBe(200);
    expect(await save(2, rules({ rate: '4' }))).toMatchObject({
      status: 409,
      body: {
        code: 'settings-conflict',
        current: { version: 3, settings: { purchase: { rate: '3' } }, changedBy: 'staff:43' },
      },
    });
  });

  it('that was sent again because its answer was lost is answered as the first time, and saves nothing', async () => {
    const first = await save(2, rules({ rate: '3' }));
    room.clock.advance(1_000);
    expect(await save(2, rules({ rate: '3' }))).toEqual(first);
    const { rows } = await room.databases.owner.query<{ versions: number; events: number }>(
      `select (select count(*)::int from points.program_settings where merchant_id = $1) as versions,
         (select count(*)::int from points.outbox where merchant_id = $1 and type = 'programme.changed.v1') as events`,
      [merchantId],
    );
    expect(rows).toEqual([{ versions: 3, events: 1 }]);
  });

  it('twice at once by the same person saves one version', async () => {
    const [one, other] = await Promise.all([save(2, rules({ rate: '3' })), save(2, rules({ rate: '3' }))]);
    expect(one).toMatchObject({ status: 200, body: { version: 3 } });
    expect(other).toEqual(one);
  });

  it.each([
    ['of other rules by the same person', '4', 42, 2],
    ['of the same rules by another person', '3', 43, 2],
    ['of the same rules over a version that is older still', '3', 42, 1],
  ])('%s is no repetition', async (_, rate, userId, version) => {
    expect((await save(2, rules({ rate: '3' }))).status).toBe(200);
    expect(await save(version, rules({ rate }), userId)).toMatchObject({ status: 409 });
  });

  it('at the same time succeeds once', async () => {
    const answers = await Promise.all(['3', '4', '5'].map((rate) => save(2, rules({ rate }))));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
  });

  it.each([
    ['a rate that is no decimal', rules({ rate: '1,5' })],
    ['a negative number of points', rules({ fixedPoints: -1 })],
    ['more days than a year', rules({ approvalDays: 366 })],
    ['a name without its plural', { ...rules(), pointsName: { en: { one: 'star' } } }],
    ['an expiry of no month', rules({}, { expiry: { afterMonths: 0 } })],
    ['half of them', { isOn: true }],
  ])('refuses %s', async (_, settings) => {
    expect(await save(2, settings)).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  });
});

describe('versions of the rules', () => {
  it('are listed newest first, page by page, with who and when', async () => {
    room.clock.advance(1_000);
    await save(2, rules({ rate: '3' }), 43);
    const first = await room.as<SettingsHistoryPage>(merchantId, 'GET', `${path}/versions?limit=2`);
    const { items, nextCursor } = settingsHistoryPageSchema.parse(first.body);
    expect(items).toMatchObject([
      {
        version: 3,
        changedBy: 'staff:43',
        changedAt: '2026-03-02T00:00:01.000Z',
        settings: { purchase: { rate: '3' } },
      },
      { version: 2, changedBy: 'test' },
    ]);
    const next = await room.as<SettingsHistoryPage>(merchantId, 'GET', `${path}/versions?cursor=${nextCursor}`);
    expect(next.body).toMatchObject({ items: [{ version: 1, changedBy: 'defaults' }], nextCursor: null });
  });

  it('are those of one shop', async () => {
    await room.install(merchantId + 500);
    await save(2, rules({ rate: '3' }));
    const { body } = await room.as<SettingsHistoryPage>(merchantId + 500, 'GET', `${path}/versions`);
    expect(body.items.map(({ version }) => version)).toEqual([2, 1]);
  });

  it('refuse a cursor that they did not hand out', async () => {
    const answer = await room.as(merchantId, 'GET', `${path}/versions?cursor=x`);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-cursor' } });
  });
});

async function preview(settings: ProgrammeSettings, of = merchantId): Promise<SettingsPreview> {
  const { status, body } = await room.as<SettingsPreview>(of, 'POST', `${path}/preview`, { body: { settings } });
  expect(status).toBe(200);
  return settingsPreviewSchema.parse(body);
}

describe('a preview of rules', () => {
  it('says what they and the current ones would have brought, and what that is worth', async () => {
    await room.order(merchantId, 1);
    await room.order(merchantId, 2, { customerId: 8 });
    await room.order(merchantId, 3, { customerId: 8 });
    // A new shop gives 5 EUR off for 500 points.
    expect(await preview(rules({ rate: '2.5' }))).toEqual({
      days: 90,
      orders: 3,
      isSampled: false,
      revenueMinor: 3 * 3_700,
      current: { points: 3 * 37, valueMinor: 111, customers: 2 },
      proposed: { points: 3 * 92, valueMinor: 276, customers: 2 },
    });
  });

  it('agrees with what the ledger posts under the same rules', async () => {
    const proposed = rules({
      rate: '1.5',
      rounding: 'nearest',
      counts: { tax: true, shipping: true, discountedPart: false },
      excludedProductIds: [12],
    });
    await save(2, proposed);
    const lines = [
      aLine({ id: 1, priceMinor: 1_999, taxMinor: 380 }),
      aLine({ id: 2, productId: 12, priceMinor: 5_000 }),
      aLine({ id: 3, productId: 13, priceMinor: 777, quantity: 3, currentQuantity: 3, discountMinor: 100 }),
    ];
    const refunds = { 900: aRefund({ totalMinor: 450 }) };
    await room.order(merchantId, 1, { lines, totalMinor: 9_999, shippingMinor: 490 }, { refunds });
    await room.order(merchantId, 2, { customerId: 8, financialStatus: 'pending' });
    await room.order(merchantId, 3, { customerId: null });
    const { body } = await room.as(merchantId, 'GET', '/v1/api/points/totals');
    const { current } = await preview(proposed);
    expect(current).toMatchObject({ points: body['issued'], customers: 1 });
    expect(current.points).toBeGreaterThan(0);
  });

  it('measures an order as it stands now, not under the award that it froze', async () => {
    const refunds = { 900: aRefund({ totalMinor: 700 }) };
    await room.order(merchantId, 1, {}, { refunds });
    await save(2, rules({ rate: '10' }));
    expect(await preview(rules({ rate: '2' }))).toMatchObject({
      revenueMinor: 3_000,
      current: { points: 300 },
      proposed: { points: 60 },
    });
  });

  it('leaves out what is older than 90 days, tests, and what came only in part', async () => {
    const at = (time: string) => ({ createdAt: time, updatedAt: time });
    await room.order(merchantId, 1, at('2025-12-01T23:59:59.999Z'));
    await room.order(merchantId, 2, at('2025-12-02T00:00:00.000Z'));
    await room.order(merchantId, 3, { ...at('2025-11-01T00:00:00.000Z'), updatedAt: '2026-02-01T00:00:00.000Z' });
    await room.order(merchantId, 4, { isTest: true });
    await room.order(merchantId, 5, {}, { snapshot: null, refunds: { 900: aRefund({ totalMinor: 700 }) } });
    expect(await preview(rules())).toMatchObject({ orders: 1, current: { points: 37 } });
  });

  it('counts a dead order, which came to nothing and earns nothing', async () => {
    await room.order(
      merchantId,
      1,
      { cancelledAt: '2026-03-01T12:00:00.000Z' },
      { cancelledAt: '2026-03-01T12:00:00.000Z' },
    );
    expect(await preview(rules())).toMatchObject({ orders: 1, revenueMinor: 0, current: { points: 0, customers: 0 } });
  });

  it('of a programme that is switched off brings nothing', async () => {
    await room.order(merchantId, 1);
    expect(await preview(rules({}, { isOn: false }))).toMatchObject({
      current: { points: 37 },
      proposed: { points: 0, valueMinor: 0, customers: 0 },
    });
  });

  it('of a shop without orders brings nothing, and knows no value without a reward', async () => {
    await room.databases.owner.query('update points.rewards set is_open = false where merchant_id = $1', [merchantId]);
    const nothing = { points: 0, valueMinor: null, customers: 0 };
    expect(await preview(rules())).toMatchObject({ orders: 0, revenueMinor: 0, current: nothing, proposed: nothing });
  });

  it('under rules that give an order more than a ledger can hold gives it nothing', async () => {
    const lines = [aLine({ priceMinor: 900_000_000_000 })];
    await room.order(merchantId, 1, { lines, totalMinor: 900_000_000_000 });
    const { proposed } = await preview(rules({ rate: '999999999' }));
    expect(proposed).toMatchObject({ points: 0 });
  });

  it('sees the orders of one shop and changes nothing', async () => {
    await room.install(merchantId + 500);
    await room.order(merchantId + 500, 1);
    await preview(rules({ rate: '9' }));
    expect(await preview(rules({ rate: '9' }))).toMatchObject({ orders: 0 });
    const { body } = await room.as<SettingsResponse>(merchantId, 'GET', path);
    expect(body).toMatchObject({ version: 2, settings: { purchase: { rate: '1' } } });
  });

  it('asked for by far too many at once turns some away, and answers the others', async () => {
    await room.order(merchantId, 1);
    const body = { settings: rules({ rate: '2' }) };
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => room.as<SettingsPreview>(merchantId, 'POST', `${path}/preview`, { body })),
    );
    const [answered, refused] = [200, 503].map((status) => answers.filter((answer) => answer.status === status));
    expect(answered?.length).toBeGreaterThanOrEqual(22);
    expect((answered?.length ?? 0) + (refused?.length ?? 0)).toBe(40);
    for (const answer of answered ?? []) expect(answer.body.proposed.points).toBe(74);
    for (const answer of refused ?? []) expect(answer.body).toMatchObject({ code: 'overloaded' });
  });

  it('refuses rules that could not be saved', async () => {
    const answer = await room.as(merchantId, 'POST', `${path}/preview`, { body: { settings: rules({ rate: 'x' }) } });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  });

  it('looks at a part of very many orders, always the same one, and scales it up', async () => {
    const orders = 60_000;
    const customers = 15_000;
    await room.databases.owner.query(
      `insert into points.orders (merchant_id, order_id, revision, customer_id, snapshot, shopify_updated_at)
       select $1, id, 1, 1 + id % $3, jsonb_set($4::jsonb, '{customerId}', to_jsonb(1 + id % $3)), '2026-03-01T10:00:00Z'
       from generate_series(1, $2::bigint) as id`,
      [merchantId, orders, customers, JSON.stringify(aSnapshot())],
    );
    const first = await preview(rules({ rate: '2' }));
    expect(first.isSampled).toBe(true);
    expect(first.orders).toBeGreaterThan(18_000);
    expect(first.orders).toBeLessThan(22_000);
    // Every customer has as many orders, so the whole is known exactly from any part.
    expect(first).toMatchObject({
      revenueMinor: orders * 3_700,
      current: { points: orders * 37, customers },
      proposed: { points: orders * 74, customers },
    });
    expect(await preview(rules({ rate: '2' }))).toEqual(first);
  });
});
