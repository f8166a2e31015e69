import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { linePayload, orderPayload } from './payloads.ts';
import { Shop, sign } from './shop.ts';
import { Stored } from './stored.ts';

const running = inject('running');
const stored = new Stored(running);
let shop: Shop;
let customerId: number;

beforeAll(async () => {
  shop = await Shop.open(running, 'door');
  customerId = await shop.addCustomer({ email: 'first.last@example.com' });
});

afterAll(() => stored.close());

/** An order that would earn, and what became of it. */
function anOrder(change: Record<string, unknown> = {}) {
  return orderPayload({ customer: { id: customerId }, ...change });
}

async function expectNothingStored(orderId: number, webhookId: string): Promise<void> {
  expect(await stored.ordersWithId(orderId)).toBe(0);
  expect(await stored.transfersOf(orderId)).toBe(0);
  expect(await stored.failures(webhookId)).toEqual([]);
}

describe('a signature', () => {
  const secret = running.clientSecret;
  const forgeries: [string, (body: Buffer) => string | null][] = [
    ['is missing', () => null],
    ['is empty', () => ''],
    ['is made with another secret', (body) => sign(body, 'another-secret')],
    ['is of another body', () => sign(Buffer.from('{}'), secret)],
    ['is cut off', (body) => sign(body, secret).slice(0, -4)],
    ['lacks its padding', (body) => sign(body, secret).replace(/=+$/, '')],
    ['is followed by something', (body) => `${sign(body, secret)}AA`],
    ['is in hex instead of base64', (body) => sign(body, secret, 'hex')],
    ['has a blank inside', (body) => sign(body, secret).replace(/^(.{8})/, '$1 ')],
    ['is no base64 at all', () => '!!!not-base64!!!'],
  ];

  it.each(forgeries)('that %s is answered 401, and nothing is stored', async (_what, forge) => {
    const order = anOrder();
    const webhookId = randomUUID();
    const signature = forge(Buffer.from(JSON.stringify(order)));
    const answer = await shop.deliver('orders/create', order, { signature, webhookId });
    expect(answer).toMatchObject({ status: 401, body: { code: 'invalid-signature' } });
    await expectNothingStored(order.id, webhookId);
  });

  it('in base64url is refused when it differs from base64', async () => {
    let order = anOrder();
    const differs = () => /[+/]/.test(sign(Buffer.from(JSON.stringify(order)), secret));
    while (!differs()) order = anOrder();
    const signature = sign(Buffer.from(JSON.stringify(order)), secret, 'base64url');
    expect(await shop.deliver('orders/create', order, { signature })).toMatchObject({ status: 401 });
    expect(await stored.ordersWithId(order.id)).toBe(0);
  });

  it('that is right lets the same order in', async () => {
    const order = anOrder();
    expect(await shop.deliver('orders/create', order)).toMatchObject({ status: 200 });
    expect(await stored.ordersWithId(order.id)).toBe(1);
    expect(await stored.transfersOf(order.id)).toBe(1);
  });

  it('is over the bytes as they came, not over the JSON they mean', async () => {
    const order = anOrder();
    const pretty = JSON.stringify(order, undefined, 2);
    const signature = sign(Buffer.from(JSON.stringify(order)), secret);
    expect(await shop.deliver('orders/create', pretty, { signature })).toMatchObject({ status: 401 });
    expect(await shop.deliver('orders/create', pretty)).toMatchObject({ status: 200 });
    expect(await stored.ordersWithId(order.id)).toBe(1);
  });
});

describe('a shop', () => {
  it('that has not installed LoyalNest is unknown', async () => {
    const order = anOrder();
    const webhookId = randomUUID();
    const answer = await shop.deliver('orders/create', order, { domain: 'nobody.myshopify.com', webhookId });
    expect(answer).toMatchObject({ status: 404, body: { code: 'unknown-shop' } });
    await expectNothingStored(order.id, webhookId);
  });

  it('is refused when header and body name different ones', async () => {
    const other = await Shop.open(running, 'door-other');
    const order = anOrder({ shop_domain: other.domain });
    const webhookId = randomUUID();
    const answer = await shop.deliver('orders/create', order, { webhookId });
    expect(answer).toMatchObject({ status: 422, body: { code: 'shop-mismatch' } });
    await expectNothingStored(order.id, webhookId);
    const uninstalled = { id: 1, myshopify_domain: other.domain, domain: other.domain };
    expect(await shop.deliver('app/uninstalled', uninstalled)).toMatchObject({ status: 422 });
    expect(await other.asMerchant('GET', '/v1/api/points/settings')).toMatchObject({ status: 200 });
    expect(await shop.asMerchant('GET', '/v1/api/points/settings')).toMatchObject({ status: 200 });
  });

  it('cannot be named twice', async () => {
    const order = anOrder();
    const answer = await shop.deliver('orders/create', order, { domain: `${shop.domain}, nobody.myshopify.com` });
    expect(answer).toMatchObject({ status: 404 });
    expect(await stored.ordersWithId(order.id)).toBe(0);
  });

  it('is not reached by a topic that nobody listens to', async () => {
    expect(await shop.deliver('carts/create', { id: 1 })).toMatchObject({
      status: 404,
      body: { code: 'unknown-topic' },
    });
  });
});

describe('a body that cannot be read', () => {
  const bad: [string, string, (order: Record<string, unknown>) => unknown, string][] = [
    ['no JSON', 'orders/create', (order) => JSON.stringify(order).slice(0, -1), 'invalid-json'],
    ['nothing', 'orders/create', () => '', 'invalid-json'],
    ['no object', 'orders/updated', () => '[1, 2]', 'invalid-payload'],
    [
      'a text where the id belongs',
      'orders/create',
      (order) => ({ ...order, id: 'gid://shopify/Order/1' }),
      'invalid-payload',
    ],
    ['no lines', 'orders/paid', (order) => ({ ...order, line_items: null }), 'invalid-payload'],
    [
      'a quantity of a half',
      'orders/create',
      (order) => ({ ...order, line_items: [linePayload({ quantity: 0.5 })] }),
      'invalid-payload',
    ],
    ['a time that is none', 'orders/cancelled', (order) => ({ ...order, updated_at: 'yesterday' }), 'invalid-payload'],
    ['a refund of no order', 'refunds/create', () => ({ id: 5, transactions: [] }), 'invalid-payload'],
    ['an unknown currency', 'orders/create', (order) => ({ ...order, currency: 'XQQ' }), 'unknown-currency'],
    ['an amount in words', 'orders/create', (order) => ({ ...order, total_price: 'ten' }), 'invalid-amount'],
    [
      'more decimals than the currency has',
      'orders/create',
      (order) => ({ ...order, total_price: '1.234' }),
      'invalid-amount',
    ],
  ];

  it.each(bad)(
    'because it holds %s is answered 200 and kept whole, encrypted, once',
    async (_what, topic, spoil, reason) => {
      const order = anOrder({ email: 'first.last@example.com' });
      const webhookId = randomUUID();
      const body = spoil(order);
      for (let time = 0; time < 2; time += 1) {
        expect(await shop.deliver(topic, body, { webhookId })).toMatchObject({ status: 200 });
      }
      const kept = await stored.failures(webhookId);
      expect(kept).toMatchObject([{ topic, reason, attempts: 2 }]);
      for (const words of ['first.last', 'line_items', String(order.id)])
        expect(kept[0]?.body.includes(words)).toBe(false);
      expect(await stored.ordersWithId(order.id)).toBe(0);
    },
  );

  it('keeps none of its neighbours from their points', async () => {
    const orders = Array.from({ length: 20 }, (_, index) => anOrder(index % 5 === 0 ? { currency: 'XQQ' } : {}));
    const before = await shop.availableOf(customerId);
    const answers = await Promise.all(orders.map((order) => shop.deliver('orders/create', order)));
    expect(answers.map(({ status }) => status)).toEqual(orders.map(() => 200));
    expect(await shop.availableOf(customerId)).toBe(before + 16 * 100);
  });
});

describe('a body of 12 MB', () => {
  it('is answered 413, however well it is signed, and nothing is stored', async () => {
    const order = anOrder({ note: 'x'.repeat(12 * 1024 * 1024) });
    const webhookId = randomUUID();
    const answer = await shop.deliver('orders/create', order, { webhookId });
    expect(answer).toMatchObject({ status: 413, body: { code: 'body-too-large' } });
    await expectNothingStored(order.id, webhookId);
    expect(await shop.deliver('orders/create', anOrder())).toMatchObject({ status: 200 });
  });
});
