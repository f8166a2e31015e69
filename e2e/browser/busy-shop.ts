import { randomUUID } from 'node:crypto';
import type { DemoShop } from '@loyalnest/browser/pictures/demo-shop';
import { expect } from 'vitest';
import type { Running } from '../running.ts';
import { Shop, type Redemption } from '../shop.ts';

/** A shop in which everything that pages tell of has happened once: to Ada, who has an account there. */
export type BusyShop = DemoShop & { inside: Shop };

export async function openBusyShop(running: Running): Promise<BusyShop> {
  const shop = await Shop.open(running, 'busy', { signupPoints: 200 });
  await shop.control('POST', '/products', { title: 'Oak board', price: '48.00' });
  const email = 'ada.byron@example.com';
  const customerId = await shop.addCustomer({ email, firstName: 'Ada', lastName: 'Byron' });
  const order = await shop.order({ customerId, amount: '2400' });
  await shop.order({ customerId, amount: '37.50' });
  const inDebt = await shop.addCustomer({ email: 'bo@example.com', firstName: 'Bo', lastName: 'Li' });
  await shop.settled();

  const { body } = await shop.asMerchant<{ items: { rewardId: number; points: number }[] }>('GET', '/v1/api/rewards');
  const rewardId = body.items.find(({ points }) => points === 500)?.rewardId;
  const redeem = async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const path = '/v1/api/points/redeem';
    const answer = await shop.asShopper<Redemption>(customerId, 'POST', path, { rewardId }, headers);
    expect(answer.status).toBe(201);
    return answer.body;
  };
  const [used, , returned] = [await redeem(), await redeem(), await redeem()];
  const withCode = await shop.order({ customerId, amount: '80', discountCode: used.code });
  const cancel = { 'idempotency-key': randomUUID() };
  await shop.asShopper(customerId, 'POST', `/v1/api/redemptions/${returned.redemptionId}/cancel`, {}, cancel);
  await shop.control('POST', `/orders/${withCode.id}/refund`, { full: true });
  await shop.control('POST', `/orders/${order.id}/refund`, { amount: '100.00' });
  await adjust(shop, { customerId, points: 50, reason: 'Goodwill for a late delivery' });
  await adjust(shop, { customerId: inDebt, points: 10, reason: 'A gift' });
  // Shopify would not send this; what cannot be read is kept, and shown to the merchant.
  await shop.deliver('orders/create', '{"id": 1');
  await shop.deliver('customers/update', '{"id": "?"}');
  await shop.settled();
  const { serverUrl, simulatorUrl } = running;
  return { serverUrl, simulatorUrl, shop: shop.domain, customerId, customerEmail: email, inside: shop };
}

async function adjust(shop: Shop, body: { customerId: number; points: number; reason: string }): Promise<void> {
  const headers = { 'idempotency-key': randomUUID() };
  expect((await shop.asMerchant('POST', '/v1/api/points/adjust', body, headers)).status).toBe(201);
}
