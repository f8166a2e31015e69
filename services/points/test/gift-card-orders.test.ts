import { createLogger } from '@loyalnest/platform/telemetry/logger';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RefreshGiftCardOrders } from '../src/reconciliation/reconciliation.job.ts';
import { Reconciliation } from '../src/reconciliation/reconciliation.service.ts';
import { openMerchantRoom, type MerchantRoom } from './merchant-room.ts';

let room: MerchantRoom;

beforeAll(async () => {
  room = await openMerchantRoom('2026-03-02T00:00:00Z');
});
afterAll(() => room.close());

/** A job that reads the room's orders from a Shopify that gives no answer, and what it could not refresh. */
function job(): { run: () => Promise<string[]> } {
  let lines: { merchant_id: number; orderId: number }[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[number]) };
  const logger = createLogger({ level: 'warn', service: 'points', destination });
  const reconciliation = room.running.app.get(Reconciliation, { strict: false });
  const refresh = new RefreshGiftCardOrders(reconciliation, room.database, logger);
  return {
    async run() {
      lines = [];
      await refresh.run();
      return lines.map(({ merchant_id, orderId }) => `${merchant_id}/${orderId}`);
    },
  };
}

it('asks for every order in turn, also when a hundred before it can never be refreshed', async () => {
  for (const merchantId of [1, 2]) await room.install(merchantId);
  const expected: string[] = [];
  for (let order = 1; order <= 130; order += 1) {
    const merchantId = order <= 90 ? 1 : 2;
    await room.order(merchantId, order, { gateways: ['gift_card'], giftCardMinor: null });
    expected.push(`${merchantId}/${order}`);
  }
  // Not one of those that wait: what its gift card paid is known.
  await room.order(1, 1_000, { gateways: ['gift_card'], giftCardMinor: 500 });
  const { run } = job();
  expect(await run()).toEqual(expected.slice(0, 100));
  expect(await run()).toEqual(expected.slice(100));
  expect(await run()).toEqual(expected.slice(0, 100));
});
