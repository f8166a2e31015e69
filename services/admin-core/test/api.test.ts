import { customerIdentitiesSchema } from '@loyalnest/contracts/rest/customers';
import { merchantSchema } from '@loyalnest/contracts/rest/merchant';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aCustomer, openRoom, type Room } from './room.ts';

let room: Room;
let merchantId: number;
const shop = 'shop.myshopify.com';
const other = 'other.myshopify.com';

beforeAll(async () => {
  room = await openRoom();
  merchantId = await room.install(shop);
  await room.install(other);
  await room.deliver({ shop, topic: 'customers/create', body: aCustomer({ id: 1 }) });
  await room.deliver({ shop, topic: 'customers/create', body: aCustomer({ id: 2, first_name: null, phone: null }) });
  await room.deliver({ shop, topic: 'customers/create', body: aCustomer({ id: 3 }) });
  await room.deliver({ shop, topic: 'customers/redact', body: { customer: { id: 3 } } });
  await room.deliver({ shop: other, topic: 'customers/create', body: aCustomer({ id: 4 }) });
});
afterAll(() => room.close());

describe('the merchant', () => {
  it('is the shop that the caller works for', async () => {
    const { status, body } = await room.api(shop, 'v1/api/merchant');
    expect(status).toBe(200);
    expect(merchantSchema.parse(body)).toEqual({
      merchantId,
      shopDomain: shop,
      name: 'Example',
      currency: 'EUR',
      timezone: 'Europe/Berlin',
      plan: 'Basic',
      installedAt: '2026-11-20T12:00:00.000Z',
    });
  });

  it('is told to nobody without a token, and not of a shop that has not installed the app', async () => {
    expect(await room.api(shop, 'v1/api/merchant', { token: null })).toMatchObject({
      status: 401,
      body: { code: 'unauthenticated' },
    });
    expect(await room.api('nobody.myshopify.com', 'v1/api/merchant')).toMatchObject({
      status: 404,
      body: { code: 'unknown-shop' },
    });
  });
});

describe('the identities of customers', () => {
  const identify = async (from: string, ids: string) => {
    const { status, body } = await room.api(from, `v1/api/customers?ids=${ids}`);
    expect(status).toBe(200);
    return customerIdentitiesSchema.parse(body).items.sort((a, b) => a.customerId - b.customerId);
  };

  it('are names and contacts, and nothing for those whose data was erased', async () => {
    expect(await identify(shop, '3,1,2')).toEqual([
      {
        customerId: 1,
        name: 'Ada Lovelace',
        email: 'Ada.Lovelace@Example.com',
        phone: '+44 20 7946 0000',
        joinedAt: '2026-11-20T12:00:00.000Z',
        isRedacted: false,
      },
      expect.objectContaining({ customerId: 2, name: 'Lovelace', phone: null }),
      { customerId: 3, name: null, email: null, phone: null, joinedAt: null, isRedacted: true },
    ]);
  });

  it('leave out who is unknown, and who is known to another shop only', async () => {
    expect(await identify(shop, '99,4')).toEqual([]);
    expect(await identify(other, '1,2,4')).toMatchObject([{ customerId: 4 }]);
  });

  it.each([
    ['nobody', ''],
    ['what is no id', '1,x'],
    ['an id of 0', '0'],
    ['more than a page', Array.from({ length: 251 }, (_, index) => index + 1).join(',')],
  ])('are refused for %s', async (_, ids) => {
    expect(await room.api(shop, `v1/api/customers?ids=${ids}`)).toMatchObject({
      status: 400,
      body: { code: 'invalid-request' },
    });
  });

  it('are told to nobody without a token', async () => {
    expect(await room.api(shop, 'v1/api/customers?ids=1', { token: null })).toMatchObject({ status: 401 });
  });
});
