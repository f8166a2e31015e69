import { EventConsumer } from '@loyalnest/platform/events/consumer';
import type { DeliveredEvent } from '@loyalnest/platform/events/outbox';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MerchantEvents } from '../../src/merchants/merchant.events.ts';
import { openRoom, type Room } from '../room.ts';

let room: Room;
let consumer: EventConsumer;
let shop: string;
let merchantId: number;
let shops = 0;

beforeAll(async () => {
  room = await openRoom();
  const handlers = [room.running.app.get(MerchantEvents, { strict: false })];
  consumer = new EventConsumer({ name: 'admin-core', database: room.database.as('admin-core'), handlers });
});
afterAll(() => room.close());
beforeEach(async () => {
  shop = `shop-${(shops += 1)}.myshopify.com`;
  merchantId = await room.install(shop);
});

let eventIds = 0;
function uninstalled(facts: Partial<DeliveredEvent> = {}): DeliveredEvent {
  const payload = { merchantId, shopDomain: shop, changedAt: '2026-11-20T12:00:00Z' };
  const id = (eventIds += 1);
  return {
    source: 'auth',
    id,
    merchantId,
    key: String(merchantId),
    type: 'app.uninstalled.v1',
    payload,
    occurredAt: room.clock.now(),
    ...facts,
  };
}
const told = async () => (await room.events()).filter(({ key }) => key === String(merchantId)).map(({ type }) => type);
const merchant = async () =>
  (await room.rows('select * from admin_core.merchants where merchant_id = $1', [merchantId]))[0];

describe('an uninstallation', () => {
  it('is told once when its event comes twice, also under another id', async () => {
    const event = uninstalled();
    await consumer.receive([event, event]);
    await consumer.receive([event]);
    await consumer.receive([uninstalled()]);
    expect(await told()).toEqual(['merchant.installed.v1', 'merchant.uninstalled.v1']);
    expect(await merchant()).toMatchObject({ is_installed: false });
    const { merchants } = await room.admin.getMerchants({ afterMerchantId: BigInt(merchantId - 1), limit: 1 });
    expect(merchants).toMatchObject([{ shopDomain: shop, isInstalled: false }]);
  });

  it('that arrives after the shop has come back changes nothing', async () => {
    const event = uninstalled();
    room.clock.advance(1_000);
    await room.install(shop);
    await consumer.receive([event]);
    expect(await merchant()).toMatchObject({ is_installed: true });
  });

  it('is followed by an installation under the same id', async () => {
    await consumer.receive([uninstalled()]);
    room.clock.advance(1_000);
    expect(await room.install(shop)).toBe(merchantId);
    expect(await told()).toEqual(['merchant.installed.v1', 'merchant.uninstalled.v1', 'merchant.installed.v1']);
  });

  it('leaves no trace when a neighbour in its batch fails, and is handled the next time', async () => {
    const event = uninstalled();
    const broken = uninstalled({ payload: { merchantId } });
    await expect(consumer.receive([event, broken])).rejects.toThrow();
    expect(await merchant()).toMatchObject({ is_installed: true });
    await consumer.receive([event]);
    expect(await told()).toEqual(['merchant.installed.v1', 'merchant.uninstalled.v1']);
  });
});

describe('shop/update', () => {
  const update = (facts: Record<string, unknown> = {}) =>
    room.deliver({
      shop,
      topic: 'shop/update',
      body: {
        id: 1,
        name: 'Renamed',
        email: 'owner@example.com',
        currency: 'JPY',
        iana_timezone: 'Asia/Tokyo',
        plan_display_name: 'Shopify Plus',
        myshopify_domain: shop,
        updated_at: '2026-11-20T21:00:00+09:00',
        ...facts,
      },
    });

  it('is taken over, and told when currency or time zone change', async () => {
    expect(await update()).toBe(200);
    expect(await update()).toBe(200);
    expect(await merchant()).toMatchObject({
      name: 'Renamed',
      currency: 'JPY',
      timezone: 'Asia/Tokyo',
      shopify_plan: 'Shopify Plus',
    });
    expect(await told()).toEqual(['merchant.installed.v1', 'merchant.updated.v1']);
  });

  it('that is older than what is known changes nothing', async () => {
    await update();
    await update({ currency: 'EUR', updated_at: '2026-11-20T11:59:59Z' });
    expect(await merchant()).toMatchObject({ currency: 'JPY' });
  });
});
