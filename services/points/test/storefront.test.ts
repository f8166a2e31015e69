import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { defaultProgrammeSettings } from '@loyalnest/contracts/programme';
import {
  programmeSchema,
  storefrontSchema,
  type ProgrammeResponse,
  type StorefrontResponse,
} from '@loyalnest/contracts/rest/storefront';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Ledger } from '../src/ledger/ledger.service.ts';
import { takeReward } from './redemptions.ts';
import { StreamRoom } from './stream-room.ts';

const dayMs = 24 * 60 * 60 * 1_000;
const { purchase } = defaultProgrammeSettings;
let room: StreamRoom;
let folder: string;
let nextMerchant = 500;

async function aShop(shop: Parameters<StreamRoom['install']>[1] = {}): Promise<number> {
  const merchantId = (nextMerchant += 1);
  await room.install(merchantId, shop);
  return merchantId;
}

const loader = 'export const loader = "' + 'x'.repeat(200) + '";';
const chunk = 'export const panel = 1;';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'loyalnest-widget-'));
  writeFileSync(join(folder, 'loader.js'), loader);
  writeFileSync(join(folder, 'loader.js.br'), brotliCompressSync(loader));
  writeFileSync(join(folder, 'loader.js.gz'), gzipSync(loader));
  writeFileSync(join(folder, 'panel-g4IYrnKg.js'), chunk);
  writeFileSync(join(folder, '..', 'outside.js'), 'secret');
  room = await StreamRoom.open({ widgetFolder: folder });
});
afterAll(async () => {
  await room.close();
  rmSync(join(folder, '..', 'outside.js'));
  rmSync(folder, { recursive: true });
});

describe('the programme', () => {
  it('tells a guest how points come, what they buy and when they go', async () => {
    const shop = await aShop({
      currency: 'JPY',
      settings: { purchase: { ...purchase, approvalDays: 14 }, expiry: { afterMonths: 12 } },
    });
    const programme = await room.asShopper<ProgrammeResponse>(shop, null, '/v1/api/points/programme');
    expect(programmeSchema.parse(programme)).toEqual(programme);
    expect(programme).toEqual({
      isOn: true,
      currency: 'JPY',
      pointsName: { en: { one: 'point', other: 'points' } },
      purchase: { kind: 'rate', rate: '1' },
      earnsWhen: 'paid',
      approvalDays: 14,
      signupPoints: 200,
      expiresAfterMonths: 12,
      rewards: [
        {
          rewardId: expect.any(Number),
          name: '5 JPY off',
          kind: 'fixed_amount',
          points: 500,
          amountMinor: 5,
          minimumSpendMinor: 0,
          validDays: null,
        },
        expect.objectContaining({ kind: 'free_shipping', points: 1_000, amountMinor: null }),
      ],
    });
  });

  it('is the same for staff, and may be kept for a minute', async () => {
    const shop = await aShop();
    const answer = await room.asStaff(shop, '/v1/api/points/programme');
    expect(answer.headers.get('cache-control')).toBe('private, max-age=60');
    expect(await answer.json()).toEqual(await room.asShopper(shop, 7, '/v1/api/points/programme'));
  });

  it.each([
    ['a rule that is off', { purchase: { ...purchase, isOn: false } }, null],
    ['a rate of nothing', { purchase: { ...purchase, rate: '0.00' } }, null],
    [
      'points per order',
      { purchase: { ...purchase, kind: 'fixed' as const, fixedPoints: 50 } },
      { kind: 'fixed', points: 50 },
    ],
  ])('puts %s into words', async (_, settings, expected) => {
    const shop = await aShop({ settings });
    const programme = await room.asShopper<ProgrammeResponse>(shop, null, '/v1/api/points/programme');
    expect(programme.purchase).toEqual(expected);
  });

  it('leaves out what is closed and an account that brings nothing', async () => {
    const shop = await aShop({ settings: { isOn: false, signup: { isOn: true, points: 0 } } });
    await room.databases.owner.query(
      `update points.rewards set is_open = false where merchant_id = $1 and kind = 'free_shipping'`,
      [shop],
    );
    const programme = await room.asShopper<ProgrammeResponse>(shop, null, '/v1/api/points/programme');
    expect(programme).toMatchObject({ isOn: false, signupPoints: null, rewards: [{ kind: 'fixed_amount' }] });
  });
});

describe('what a shopper sees', () => {
  const me = (shop: number, customerId: number | null) =>
    room.asShopper<StorefrontResponse>(shop, customerId, '/v1/api/points/me');

  it('is the programme alone for a visitor who is not signed in', async () => {
    const shop = await aShop();
    const answer = await me(shop, null);
    expect(answer.member).toBeNull();
    expect(answer.programme).toEqual(await room.asShopper(shop, null, '/v1/api/points/programme'));
  });

  it('is nothing yet for a customer without points', async () => {
    const answer = await me(await aShop(), 7);
    expect(storefrontSchema.parse(answer)).toEqual(answer);
    expect(answer.member).toMatchObject({
      customerId: 7,
      balance: { pending: 0, available: 0, held: 0, nextExpiry: null },
      pending: [],
      expiring: [],
      codes: [],
      rewards: [
        { points: 500, isAffordable: false, missingPoints: 500 },
        { points: 1_000, isAffordable: false, missingPoints: 1_000 },
      ],
      history: { items: [], nextCursor: null },
    });
  });

  it('has in one answer the balance, orders that wait, what expires, codes and history', async () => {
    const shop = await aShop({
      settings: { purchase: { ...purchase, approvalDays: 14 }, expiry: { afterMonths: 2 } },
    });
    const now = room.clock.now();
    await room.order(shop, 1_001, { name: '#1001', createdAt: now.toISOString() });
    await room.give(shop, 7, 800);
    await room.database.forMerchant(shop, (tx) =>
      tx.query('update lots set expires_at = $2 where merchant_id = $1', [shop, new Date(now.getTime() + 30 * dayMs)]),
    );
    await room.adjust(shop, 7, { points: 20, reason: 'late parcel', actor: 'staff:42' });
    await takeReward(room.database, room.running.app.get(Ledger, { strict: false }), {
      merchantId: shop,
      customerId: 7,
      redemptionId: 77,
      points: 100,
      code: 'LOYAL-77',
      now,
    });
    // Another customer's, and another shop's.
    await room.order(shop, 1_002, { name: '#1002', customerId: 8 });

    const { member } = await me(shop, 7);
    expect(member).toMatchObject({
      balance: {
        pending: 37,
        available: 720,
        held: 100,
        nextExpiry: { points: 700, at: new Date(now.getTime() + 30 * dayMs).toISOString() },
      },
      pending: [
        {
          orderId: 1_001,
          orderName: '#1001',
          points: 37,
          approveAt: new Date(now.getTime() + 14 * dayMs).toISOString(),
        },
      ],
      expiring: [{ points: 700, at: new Date(now.getTime() + 30 * dayMs).toISOString() }],
      codes: [
        {
          redemptionId: 77,
          code: 'LOYAL-77',
          status: 'active',
          rewardName: '5 EUR off',
          kind: 'fixed_amount',
          amountMinor: 500,
        },
      ],
      rewards: [
        { points: 500, isAffordable: true, missingPoints: 0 },
        { points: 1_000, isAffordable: false, missingPoints: 280 },
      ],
    });
    expect(member?.history.items.map(({ kind, actor }) => [kind, actor]).sort()).toEqual([
      ['adjust', 'staff'],
      ['earn', 'shopify'],
      ['earn', 'test'],
      ['hold', 'customer'],
    ]);
    expect(member?.history).toEqual(await room.asShopper(shop, 7, '/v1/api/points/history'));
  });

  it('goes on with the first page of the history where the next begins', async () => {
    const shop = await aShop();
    await room.give(shop, 7, ...Array.from({ length: 30 }, (_, index) => index + 1));
    const { member } = await me(shop, 7);
    expect(member?.history.items).toHaveLength(25);
    const next = await room.asShopper<{ items: unknown[]; nextCursor: string | null }>(
      shop,
      7,
      `/v1/api/points/history?cursor=${member?.history.nextCursor}`,
    );
    expect(next).toMatchObject({ items: { length: 5 }, nextCursor: null });
  });

  it('names the position from which the stream tells everything that it does not hold', async () => {
    const shop = await aShop();
    const watcher = await room.customer(shop, 7);
    await room.give(shop, 7, 1);
    // Before that the position may be behind it, while another transaction of the server is open.
    await watcher.expectUpdates(1);
    const { streamPosition } = await me(shop, 7);
    await room.give(shop, 7, 2, 3);
    const client = await room.customer(shop, 7, streamPosition);
    await client.expectUpdates(2);
    expect(client.points).toEqual([2, 3]);
  });
});

describe('the loader', () => {
  /** As a browser asks that takes what `accept-encoding` says, without unpacking it. */
  function get(url: string, headers: Record<string, string> = {}) {
    return new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
      request(url, { headers }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
        );
      })
        .on('error', reject)
        .end();
    });
  }

  it('comes through the app proxy only, for five minutes, and not again while it is the same', async () => {
    const url = room.proxied(await aShop(), null, '/widget/loader.js');
    const first = await get(url);
    expect([first.status, first.body.toString()]).toEqual([200, loader]);
    expect(first.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=300',
      'access-control-allow-origin': '*',
      'x-content-type-options': 'nosniff',
    });
    const again = await get(url, { 'if-none-match': String(first.headers['etag']) });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    expect((await get(`${room.running.url}/widget/loader.js`)).status).toBe(401);
  });

  it('is sent as it was compressed in the build', async () => {
    const url = room.proxied(await aShop(), null, '/widget/loader.js');
    const brotli = await get(url, { 'accept-encoding': 'gzip, deflate, br' });
    expect(brotli.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(brotli.body).toString()).toBe(loader);
    const gzip = await get(url, { 'accept-encoding': 'gzip, br;q=0' });
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzip.body).toString()).toBe(loader);
  });

  it('is remembered as seen, once an hour', async () => {
    const shop = await aShop();
    const seenAt = async () => {
      const { rows } = await room.databases.owner.query<{ widget_seen_at: Date | null }>(
        'select widget_seen_at from points.shops where merchant_id = $1',
        [shop],
      );
      return rows[0]?.widget_seen_at ?? null;
    };
    const load = () => get(room.proxied(shop, null, '/widget/loader.js'));
    expect(await seenAt()).toBeNull();
    await load();
    const first = room.clock.now();
    expect(await seenAt()).toEqual(first);
    room.clock.advance(59 * 60_000);
    await load();
    expect(await seenAt()).toEqual(first);
    room.clock.advance(60_000);
    await load();
    expect(await seenAt()).toEqual(room.clock.now());
  });

  it('finds its chunks for anybody and for good', async () => {
    const answer = await get(`${room.running.url}/widget/panel-g4IYrnKg.js`, { 'accept-encoding': 'br' });
    expect([answer.status, answer.body.toString()]).toEqual([200, chunk]);
    expect(answer.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'access-control-allow-origin': '*',
    });
    expect(answer.headers['content-encoding']).toBeUndefined();
  });

  it.each(['/widget/none.js', '/widget/..%2foutside.js', '/widget/loader.js.br', '/widget/'])(
    'does not find %s',
    async (path) => {
      const answer = await get(`${room.running.url}${path}`);
      expect([answer.status, JSON.parse(answer.body.toString())]).toMatchObject([404, { code: 'not-found' }]);
    },
  );
});
