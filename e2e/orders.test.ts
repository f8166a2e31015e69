import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { linePayload, newId, orderPayload, refundPayload } from './payloads.ts';
import { Shop, type Order } from './shop.ts';
import { Stored } from './stored.ts';

const running = inject('running');
const stored = new Stored(running);
let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open(running, 'orders');
});

afterAll(async () => {
  await shop.expectProvenLedger();
  await stored.close();
});

/** What a new customer has after one order of these facts. */
async function pointsOf(facts: Record<string, unknown>, where: Shop = shop): Promise<number> {
  const customerId = await where.addCustomer();
  await where.order({ customerId, ...facts });
  await where.settled();
  return where.availableOf(customerId);
}

/** A paid order of 100.00 by a new customer. */
async function anOrderOf100(
  facts: Record<string, unknown> = {},
): Promise<{ order: Order; customerId: number; points: () => Promise<number> }> {
  const customerId = await shop.addCustomer();
  const order = await shop.order({ customerId, lines: [{ title: 'Vase', price: '10', quantity: 10 }], ...facts });
  await shop.settled();
  expect(await shop.availableOf(customerId)).toBe(100);
  return { order, customerId, points: () => shop.availableOf(customerId) };
}

/** A customer who took a reward for 500 of 600 points, which a refund then took back. */
async function aDebtorOf500(): Promise<{ customerId: number; points: () => Promise<number> }> {
  const customerId = await shop.addCustomer();
  const order = await shop.order({ customerId, lines: [{ title: 'Sofa', price: '600' }] });
  await shop.settled();
  const { body } = await shop.asMerchant<{ items: { rewardId: number; points: number }[] }>('GET', '/v1/api/rewards');
  const request = { rewardId: body.items.find(({ points }) => points === 500)?.rewardId, customerId };
  const key = { 'idempotency-key': `spend-${order.id}` };
  const taken = await shop.asMerchant('POST', '/v1/api/points/redeem', request, key);
  expect(taken).toMatchObject({ status: 201, body: { status: 'active' } });
  await change(order, 'refund', { full: true });
  await shop.settled();
  expect(await shop.availableOf(customerId)).toBe(-500);
  return { customerId, points: () => shop.availableOf(customerId) };
}

function change(order: Order, what: string, facts: Record<string, unknown> = {}): Promise<Order> {
  return shop.control<Order>('POST', `/orders/${order.id}/${what}`, facts);
}

describe('an order earns one point for each whole unit of its currency', () => {
  it.each([
    ['EUR', '11.77', 11],
    ['EUR', '0.99', 0],
    ['JPY', '1234', 1_234],
    ['KWD', '12.999', 12],
    ['USD', '7', 7],
  ])('in %s, %s', async (currency, amount, points) => {
    expect(await pointsOf({ amount, currency })).toBe(points);
  });

  it('in a shop whose own currency has no decimals, or three', async () => {
    for (const [currency, amount, points] of [
      ['JPY', '980', 980],
      ['BHD', '5.750', 5],
    ] as const) {
      const abroad = await Shop.open(running, 'abroad', { currency });
      expect(await pointsOf({ amount }, abroad)).toBe(points);
      await abroad.expectProvenLedger();
    }
  });
});

describe('an order earns nothing', () => {
  it('when it is worth 0', async () => {
    expect(await pointsOf({ amount: '0' })).toBe(0);
  });

  it('when its total is below 0, and is no failure', async () => {
    const customerId = await shop.addCustomer();
    const lines = [linePayload({ price: '-100.00' })];
    const order = orderPayload({ customer: { id: customerId }, total_price: '-100.00', line_items: lines });
    expect(await shop.deliver('orders/create', order)).toMatchObject({ status: 200 });
    expect(await stored.ordersWithId(order.id)).toBe(1);
    expect(await stored.transfersOf(order.id)).toBe(0);
    expect(await shop.availableOf(customerId)).toBe(0);
  });

  it('when it is a test', async () => {
    expect(await pointsOf({ amount: '100', test: true })).toBe(0);
  });

  it('when it is not paid yet, and does when it is', async () => {
    const customerId = await shop.addCustomer();
    const order = await shop.order({ customerId, amount: '100', paid: false });
    await shop.settled();
    expect(await shop.availableOf(customerId)).toBe(0);
    await change(order, 'pay');
    await shop.settled();
    expect(await shop.availableOf(customerId)).toBe(100);
  });

  it('when a guest has placed it, who is nobody to give points to', async () => {
    const { id } = await shop.order({ email: 'guest@example.com', guest: true, amount: '100' });
    await shop.settled();
    expect(await stored.ordersWithId(id)).toBe(1);
    expect(await stored.transfersOf(id)).toBe(0);
  });

  it('for the gift cards in it', async () => {
    const lines = [
      { title: 'Gift card', price: '50', giftCard: true },
      { title: 'Vase', price: '30' },
    ];
    expect(await pointsOf({ lines })).toBe(30);
  });

  it('when a gift card has paid all of it', async () => {
    expect(await pointsOf({ amount: '80', giftCard: '80' })).toBe(0);
  });
});

describe('an order of 250 lines', () => {
  it('is rounded once, not line by line', async () => {
    const lines = Array.from({ length: 250 }, (_, index) => ({ title: `Line ${index}`, price: '1.99' }));
    expect(await pointsOf({ lines })).toBe(497);
  });

  it('loses exactly what is refunded of it', async () => {
    const customerId = await shop.addCustomer();
    const lines = Array.from({ length: 250 }, (_, index) => ({ title: `Line ${index}`, price: '1.99' }));
    const order = await shop.order({ customerId, lines });
    const returned = order.lines.slice(0, 100).map(({ id }) => ({ lineId: id, quantity: 1 }));
    await change(order, 'refund', { lines: returned });
    await shop.settled();
    expect(await shop.availableOf(customerId)).toBe(298);
  });
});

describe('a refund', () => {
  it('that comes before its order posts nothing until the order does', async () => {
    const customerId = await shop.addCustomer();
    const order = orderPayload({ customer: { id: customerId } });
    expect(await shop.deliver('refunds/create', refundPayload(order.id, '30.00'))).toMatchObject({ status: 200 });
    expect(await stored.transfersOf(order.id)).toBe(0);
    expect(await shop.deliver('orders/create', order)).toMatchObject({ status: 200 });
    expect(await shop.availableOf(customerId)).toBe(70);
    expect(await stored.transfersOf(order.id)).toBe(1);
  });

  it('that is delivered twice is taken back once', async () => {
    const customerId = await shop.addCustomer();
    const order = orderPayload({ customer: { id: customerId } });
    const refund = refundPayload(order.id, '30.00');
    await shop.deliver('orders/create', order);
    for (let time = 0; time < 3; time += 1) {
      expect(await shop.deliver('refunds/create', refund)).toMatchObject({ status: 200 });
    }
    expect(await shop.availableOf(customerId)).toBe(70);
    expect(await stored.transfersOf(order.id)).toBe(2);
  });

  it('that follows another takes back its own part, cents included', async () => {
    const { order, points } = await anOrderOf100();
    await change(order, 'refund', { amount: '30.40' });
    await shop.settled();
    expect(await points()).toBe(69);
    await change(order, 'refund', { amount: '20.40' });
    await shop.settled();
    expect(await points()).toBe(49);
    await change(order, 'refund', { amount: '49.20' });
    await shop.settled();
    expect(await points()).toBe(0);
  });

  it('that is larger than the order leaves 0, not less', async () => {
    const { order, points } = await anOrderOf100();
    await change(order, 'refund', { amount: '150', force: true });
    await shop.settled();
    expect(await points()).toBe(0);
  });

  it('of everything, lines and shipping, leaves 0', async () => {
    const { order, points } = await anOrderOf100({ shipping: '4.90', taxRate: 0.19 });
    await change(order, 'refund', { full: true });
    await shop.settled();
    expect(await points()).toBe(0);
  });

  it('of shipping alone takes nothing back', async () => {
    const { order, points } = await anOrderOf100({ shipping: '4.90' });
    await change(order, 'refund', { shipping: '4.90' });
    await shop.settled();
    expect(await points()).toBe(100);
  });

  it('takes back points that are spent already: the balance falls below 0 and recovers', async () => {
    const { customerId } = await aDebtorOf500();
    expect(await shop.balanceOf(customerId)).toMatchObject({ available: -500, held: 500 });
    await shop.order({ customerId, amount: '700' });
    await shop.settled();
    expect(await shop.balanceOf(customerId)).toMatchObject({ available: 200, held: 500 });
  });
});

describe('an edit', () => {
  it('upwards earns for what was added', async () => {
    const { order, points } = await anOrderOf100();
    await change(order, 'edit', {
      quantities: [{ lineId: order.lines[0]?.id, quantity: 12 }],
      add: [{ title: 'Bowl', price: '5' }],
    });
    await change(order, 'pay');
    await shop.settled();
    expect(await points()).toBe(125);
  });

  it('downwards takes back what was removed, once, also when its price is paid back', async () => {
    const { order, points } = await anOrderOf100();
    await change(order, 'edit', { quantities: [{ lineId: order.lines[0]?.id, quantity: 6 }] });
    await shop.settled();
    expect(await points()).toBe(60);
    await change(order, 'refund', { amount: '40' });
    await shop.settled();
    expect(await points()).toBe(60);
  });
});

describe('a cancellation', () => {
  it('takes back everything, and a refund after it nothing more', async () => {
    const { order, points } = await anOrderOf100();
    await change(order, 'cancel', { refund: false });
    await shop.settled();
    expect(await points()).toBe(0);
    await change(order, 'refund', { amount: '100' });
    await shop.settled();
    expect(await points()).toBe(0);
    expect(await stored.transfersOf(order.id)).toBe(2);
  });

  it('that pays back leaves 0', async () => {
    const { order, points } = await anOrderOf100();
    await change(order, 'refund', { amount: '30' });
    await change(order, 'cancel', { refund: true });
    await shop.settled();
    expect(await points()).toBe(0);
  });

  it('that overtakes its order leaves nothing to earn', async () => {
    const customerId = await shop.addCustomer();
    const order = orderPayload({ customer: { id: customerId } });
    const cancelled = { ...order, cancelled_at: '2026-03-01T11:00:00+01:00', updated_at: '2026-03-01T11:00:00+01:00' };
    await shop.deliver('orders/cancelled', cancelled);
    await shop.deliver('orders/create', order);
    expect(await shop.availableOf(customerId)).toBe(0);
    expect(await stored.transfersOf(order.id)).toBe(0);
  });
});

describe('a customer who was deleted at Shopify', () => {
  it('has nothing left, whatever still happens to the orders', async () => {
    const { order, customerId, points } = await anOrderOf100();
    await shop.control('DELETE', `/customers/${customerId}`);
    await shop.settled();
    await expect.poll(points).toBe(0);
    await change(order, 'fulfill');
    await shop.settled();
    expect(await points()).toBe(0);
  });

  it('owes nothing', async () => {
    const { customerId, points } = await aDebtorOf500();
    await shop.control('DELETE', `/customers/${customerId}`);
    await shop.settled();
    await expect.poll(points).toBe(0);
  });

  it('does not stop an order that still names them', async () => {
    const order = orderPayload({ customer: { id: newId() } });
    expect(await shop.deliver('orders/create', order)).toMatchObject({ status: 200 });
    expect(await stored.transfersOf(order.id)).toBe(1);
  });
});

describe('an account', () => {
  it('that is opened earns the points of the programme, once', async () => {
    const generous = await Shop.open(running, 'signup', { signupPoints: 200 });
    const customerId = await generous.addCustomer();
    await generous.settled();
    await expect.poll(() => generous.availableOf(customerId)).toBe(200);
    await generous.control('PATCH', `/customers/${customerId}`, { tags: ['regular'] });
    await generous.settled();
    await generous.order({ customerId, amount: '5' });
    await generous.settled();
    expect(await generous.availableOf(customerId)).toBe(205);
    await generous.expectProvenLedger();
  });
});
