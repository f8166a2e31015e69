import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BalanceReader } from '../src/balance/balance-reader.ts';
import { openMerchantRoom, type MerchantRoom } from './merchant-room.ts';

let room: MerchantRoom;

beforeAll(async () => {
  room = await openMerchantRoom('2026-03-02T00:00:00Z');
  for (const merchantId of [1, 2]) await room.install(merchantId);
  const entry = { kind: 'earn', to: 'available', actor: 'test', earnedAt: room.clock.now() } as const;
  await room.post(
    1,
    { ...entry, customerId: 7, points: 30, businessKey: 'test/1', expiresAt: new Date('2026-05-01T00:00:00Z') },
    { ...entry, customerId: 7, points: 12, businessKey: 'test/2', expiresAt: new Date('2026-04-01T00:00:00Z') },
    { ...entry, customerId: 8, points: 5, businessKey: 'test/3', expiresAt: null },
  );
  await room.post(2, { ...entry, customerId: 7, points: 1, businessKey: 'test/1', expiresAt: null });
});
afterAll(() => room.close());

describe('balances that are asked for at once', () => {
  it('reach each who asked, also twice, in another shop, or without points', async () => {
    const reader = room.running.app.get(BalanceReader, { strict: false });
    const asked = [
      { merchantId: 2, customerId: 7 },
      { merchantId: 1, customerId: 99 },
      { merchantId: 1, customerId: 7 },
      { merchantId: 1, customerId: 8 },
      { merchantId: 2, customerId: 8 },
      { merchantId: 1, customerId: 7 },
    ];
    const balances = await Promise.all(asked.map((customer) => reader.read(customer)));
    expect(balances.map(({ available }) => available)).toEqual([1, 0, 42, 5, 0, 42]);
    expect(balances.map(({ nextExpiry }) => nextExpiry)).toEqual([
      null,
      null,
      { points: 12, at: new Date('2026-04-01T00:00:00Z') },
      null,
      null,
      { points: 12, at: new Date('2026-04-01T00:00:00Z') },
    ]);
  });
});
