import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMerchantRoom, type MerchantRoom } from './merchant-room.ts';

const path = '/v1/api/points/balance';

let room: MerchantRoom;
beforeAll(async () => {
  room = await openMerchantRoom('2026-03-02T00:00:00Z');
  for (const merchantId of [1, 2]) await room.install(merchantId);
  const entry = { kind: 'earn', to: 'available', actor: 'test', earnedAt: room.clock.now(), expiresAt: null } as const;
  await room.post(1, { ...entry, customerId: 7, points: 30, businessKey: 'test/1' });
});
afterAll(() => room.close());

const ask = (merchantId: number, query: string) => room.as(merchantId, 'GET', `${path}${query}`);

describe('a balance', () => {
  it('is of the customer whom the merchant names, and of nobody in another shop', async () => {
    const balance = { customerId: 7, pending: 0, available: 30, held: 0, nextExpiry: null };
    expect(await ask(1, '?customerId=7')).toEqual({ status: 200, body: balance });
    // Of several the last one counts, and what nobody asked for is no error.
    expect(await ask(1, '?customerId=8&page=2&customerId=7')).toEqual({ status: 200, body: balance });
    expect(await ask(2, '?customerId=7')).toEqual({ status: 200, body: { ...balance, available: 0 } });
  });

  it.each([
    ['?customerId=seven', 'customerId'],
    ['?customerId=7.5', 'customerId'],
    ['?customerId=0', 'customerId'],
    ['?customerId=9007199254740993', 'customerId'],
    ['?customerId', 'customerId'],
  ])('is of no %s', async (query, place) => {
    const { status, body } = await ask(1, query);
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { code: 'invalid-request', issues: [{ path: place }] },
    });
  });

  it('is of somebody', async () => {
    expect(await ask(1, '')).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
    expect(await room.asShopper(1, 7, path)).toMatchObject({ status: 200, body: { customerId: 7, available: 30 } });
  });
});
