import { defaultProgrammeSettings } from '@loyalnest/contracts/programme';
import type { HistoryPage } from '@loyalnest/contracts/rest/points';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openMerchantRoom, type MerchantRoom } from './merchant-room.ts';

let room: MerchantRoom;
let merchantId = 0;

beforeAll(async () => {
  room = await openMerchantRoom('2026-03-02T00:00:00Z');
});
beforeEach(() => {
  merchantId += 1;
});
afterAll(() => room.close());

async function history(): Promise<HistoryPage['items']> {
  const { body } = await room.as<HistoryPage>(merchantId, 'GET', '/v1/api/points/history?customerId=7');
  return body.items;
}

const { purchase } = defaultProgrammeSettings;

it('tells by which frozen rule an order earned, whatever the rule is now', async () => {
  await room.install(merchantId, { purchase: { ...purchase, rate: '2.5' } });
  await room.order(merchantId, 1);
  await room.as(merchantId, 'PUT', '/v1/api/points/settings', {
    body: { version: 2, settings: { ...defaultProgrammeSettings, purchase: { ...purchase, rate: '9' } } },
  });
  expect(await history()).toMatchObject([
    {
      kind: 'earn',
      points: 92,
      orderName: '#1001',
      ruleVersion: 2,
      actor: 'shopify',
      earnedBy: { kind: 'rate', rate: '2.5', currency: 'EUR' },
      undoneBy: null,
    },
  ]);
});

it('tells the points per order of a fixed rule', async () => {
  await room.install(merchantId, { purchase: { ...purchase, kind: 'fixed', fixedPoints: 80 } });
  await room.order(merchantId, 1);
  expect(await history()).toMatchObject([{ points: 80, earnedBy: { kind: 'fixed', rate: '80', currency: 'EUR' } }]);
});

it('explains what is not of an order by no rule, and tells a shopper nobody’s name', async () => {
  await room.install(merchantId);
  await room.post(merchantId, {
    kind: 'adjust',
    direction: 'credit',
    customerId: 7,
    points: 5,
    businessKey: 'adjust/test',
    actor: 'staff:42',
    reason: 'Sorry for the wait',
    earnedAt: room.clock.now(),
    expiresAt: null,
  });
  expect(await history()).toMatchObject([{ kind: 'adjust', actor: 'staff:42', earnedBy: null, undoneBy: null }]);
  const { body } = await room.asShopper<HistoryPage>(merchantId, 7, '/v1/api/points/history');
  expect(body.items).toMatchObject([{ kind: 'adjust', actor: 'staff', reason: 'Sorry for the wait' }]);
});
