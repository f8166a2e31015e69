import { describe, expect, it } from 'vitest';
import { createClock } from '../src/index.ts';
import { payloadOf, startBench, type Bench } from './harness.ts';

async function latest(bench: Bench, topic: string) {
  await bench.idle();
  return payloadOf(bench.app.webhooks(topic).at(-1));
}

describe("an order's webhook", () => {
  it('has the form and the size of a real one', async () => {
    const bench = await startBench({
      shop: { timezone: 'America/New_York' },
      clock: createClock(() => Date.UTC(2026, 10, 22, 20, 5, 9, 900)),
    });
    const customer = await bench.done('POST', '/shops/demo/customers', {
      email: 'ann@example.com',
      firstName: 'Ann',
      lastName: 'Lee',
    });
    const [napkins] = (await bench.done('GET', '/shops/demo/products')).products;
    await bench.done('POST', '/shops/demo/discounts', { code: 'FIVE', amount: '5' });
    const order = await bench.done('POST', '/shops/demo/orders', {
      customerId: customer.id,
      lines: [{ productId: napkins.id, quantity: 2 }],
      shipping: '4.90',
      taxRate: 0.13,
      discountCode: 'five',
      tags: ['first'],
    });
    const payload = await latest(bench, 'orders/create');
    const bytes = bench.app.webhooks('orders/create')[0]?.body.length ?? 0;
    expect(bytes).toBeGreaterThan(4_000);
    expect(bytes).toBeLessThan(9_000);
    expect(payload).toMatchObject({
      id: order.id,
      admin_graphql_api_id: `gid://shopify/Order/${order.id}`,
      name: '#1001',
      order_number: 1001,
      created_at: '2026-11-22T15:05:09-05:00',
      updated_at: '2026-11-22T15:05:09-05:00',
      currency: 'USD',
      financial_status: 'paid',
      subtotal_price: '43.00',
      total_discounts: '5.00',
      total_tax: '5.59',
      total_price: '53.49',
      current_total_price: '53.49',
      total_price_set: {
        shop_money: { amount: '53.49', currency_code: 'USD' },
        presentment_money: { amount: '53.49' },
      },
      taxes_included: false,
      test: false,
      source_name: 'web',
      tags: 'first',
      cancelled_at: null,
      payment_gateway_names: ['shopify_payments'],
      discount_codes: [{ code: 'FIVE', amount: '5.00', type: 'fixed_amount' }],
      discount_applications: [
        { type: 'discount_code', code: 'FIVE', value: '5.00', value_type: 'fixed_amount', target_type: 'line_item' },
      ],
      customer: { id: customer.id, email: 'ann@example.com' },
      shipping_lines: [{ price: '4.90', discounted_price: '4.90' }],
      line_items: [
        {
          product_id: napkins.id,
          quantity: 2,
          current_quantity: 2,
          price: '24.00',
          gift_card: false,
          tax_lines: [{ rate: 0.13, price: '5.59' }],
          discount_allocations: [{ amount: '5.00', discount_application_index: 0 }],
        },
      ],
      refunds: [],
    });
  });

  it.each([
    ['JPY', '1234', '1234'],
    ['USD', '12.34', '12.34'],
    ['KWD', '1.234', '1.234'],
  ])('states amounts in %s with its digits', async (currency, amount, stated) => {
    const bench = await startBench({ shop: { currency } });
    await bench.done('POST', '/shops/demo/orders', { amount });
    expect(await latest(bench, 'orders/create')).toMatchObject({
      currency,
      total_price: stated,
      line_items: [{ price: stated }],
    });
  });

  it('knows guests, test orders, gift cards, unpaid orders and orders worth nothing', async () => {
    const bench = await startBench();
    await bench.done('POST', '/shops/demo/orders', {
      email: 'guest@example.com',
      lines: [{ title: 'Gift card', price: '25', giftCard: true }],
      test: true,
      paid: false,
      gateway: 'manual',
    });
    expect(await latest(bench, 'orders/create')).toMatchObject({
      customer: null,
      email: 'guest@example.com',
      test: true,
      financial_status: 'pending',
      total_outstanding: '25.00',
      line_items: [{ gift_card: true, requires_shipping: false }],
    });
    expect(bench.app.webhooks('orders/paid')).toHaveLength(0);
    await bench.done('POST', '/shops/demo/orders', { amount: '0' });
    expect(await latest(bench, 'orders/create')).toMatchObject({ total_price: '0.00', financial_status: 'paid' });
  });

  it('names who paid, and says in the Admin API what a gift card paid', async () => {
    const bench = await startBench();
    const { id } = await bench.done('POST', '/shops/demo/orders', { amount: '80', giftCard: '30' });
    expect(await latest(bench, 'orders/create')).toMatchObject({
      financial_status: 'paid',
      payment_gateway_names: ['gift_card', 'shopify_payments'],
    });
    const { data } = await bench.graphql(
      'query ($id: ID!) { order(id: $id) { transactions { gateway amountSet { shopMoney { amount } } } } }',
      { id: `gid://shopify/Order/${id}` },
    );
    expect(data.order.transactions).toEqual([
      { gateway: 'gift_card', amountSet: { shopMoney: { amount: '30.0' } } },
      { gateway: 'shopify_payments', amountSet: { shopMoney: { amount: '50.0' } } },
    ]);
    await bench.done('POST', '/shops/demo/orders', { amount: '25', giftCard: '30' });
    expect(await latest(bench, 'orders/create')).toMatchObject({ payment_gateway_names: ['gift_card'] });
  });

  it('keeps included taxes inside the price', async () => {
    const bench = await startBench({ shop: { taxesIncluded: true, currency: 'EUR' } });
    await bench.done('POST', '/shops/demo/orders', { amount: '119.00', taxRate: 0.19 });
    expect(await latest(bench, 'orders/create')).toMatchObject({
      taxes_included: true,
      total_price: '119.00',
      total_tax: '19.00',
    });
  });
});

describe('a refund', () => {
  it('of lines gives back what they cost after the discount, exactly once', async () => {
    const bench = await startBench();
    await bench.done('POST', '/shops/demo/discounts', { code: 'TEN', amount: '10' });
    const order = await bench.done('POST', '/shops/demo/orders', {
      lines: [{ title: 'Three', price: '11.11', quantity: 3 }],
      shipping: '5',
      discountCode: 'TEN',
    });
    const [line] = order.lines;
    await bench.done('POST', `/shops/demo/orders/${order.id}/refund`, { lines: [{ lineId: line.id, quantity: 1 }] });
    const refund = await latest(bench, 'refunds/create');
    expect(refund).toMatchObject({
      order_id: order.id,
      order_adjustments: [],
      transactions: [{ kind: 'refund', status: 'success', amount: '7.77', order_id: order.id }],
      refund_line_items: [
        {
          line_item_id: line.id,
          quantity: 1,
          subtotal: 7.77,
          total_tax: 0,
          line_item: { id: line.id, price: '11.11' },
        },
      ],
    });
    expect(await latest(bench, 'orders/updated')).toMatchObject({
      financial_status: 'partially_refunded',
      total_price: '28.33',
      current_total_price: '20.56',
      refunds: [{ id: refund.id }],
      line_items: [{ quantity: 3, current_quantity: 2 }],
    });
    const after = await bench.done('POST', `/shops/demo/orders/${order.id}/refund`, { full: true });
    expect(after).toMatchObject({ status: 'refunded', refunded: '28.33', currentTotal: '0.00' });
    const again = await bench.control('POST', `/shops/demo/orders/${order.id}/refund`, { amount: '0.01' });
    expect(again).toMatchObject({ status: 422, body: { error: 'more than was paid and not yet refunded' } });
  });

  it('of the shipping appears in the refund of both, the webhook and the Admin API', async () => {
    const bench = await startBench();
    const order = await bench.done('POST', '/shops/demo/orders', { amount: '20', shipping: '5' });
    await bench.done('POST', `/shops/demo/orders/${order.id}/refund`, { shipping: '2', amount: '3' });
    expect(await latest(bench, 'refunds/create')).toMatchObject({
      order_adjustments: [
        { kind: 'shipping_refund', amount: '-2.00' },
        { kind: 'refund_discrepancy', amount: '-1.00' },
      ],
      refund_shipping_lines: [{ subtotal_amount_set: { shop_money: { amount: '2.00' } } }],
    });
    const { data } = await bench.graphql(`{ order(id: "${order.gid}") { refunds {
      refundShippingLines(first: 5) { nodes { subtotalAmountSet { shopMoney { amount } } taxAmountSet { shopMoney { amount } } } }
      orderAdjustments(first: 5) { nodes { reason amountSet { shopMoney { amount } } } }
    } } }`);
    expect(data.order.refunds).toEqual([
      {
        refundShippingLines: {
          nodes: [
            { subtotalAmountSet: { shopMoney: { amount: '2.0' } }, taxAmountSet: { shopMoney: { amount: '0.0' } } },
          ],
        },
        orderAdjustments: { nodes: [{ reason: 'REFUND_DISCREPANCY', amountSet: { shopMoney: { amount: '-1.0' } } }] },
      },
    ]);
  });

  it('of an amount appears as a discrepancy, and may exceed the order when it is forced', async () => {
    const bench = await startBench();
    const order = await bench.done('POST', '/shops/demo/orders', { amount: '20' });
    await bench.done('POST', `/shops/demo/orders/${order.id}/refund`, { amount: '3.50' });
    expect(await latest(bench, 'refunds/create')).toMatchObject({
      refund_line_items: [],
      order_adjustments: [{ kind: 'refund_discrepancy', amount: '-3.50' }],
      transactions: [{ amount: '3.50' }],
    });
    const forced = await bench.done('POST', `/shops/demo/orders/${order.id}/refund`, { amount: '30', force: true });
    expect(forced).toMatchObject({ refunded: '33.50', status: 'refunded' });
  });
});

describe('a cancellation', () => {
  it('pays back what is left and zeroes the order', async () => {
    const bench = await startBench();
    const order = await bench.done('POST', '/shops/demo/orders', { amount: '20', shipping: '5' });
    await bench.done('POST', `/shops/demo/orders/${order.id}/refund`, { amount: '3' });
    await bench.done('POST', `/shops/demo/orders/${order.id}/cancel`, { reason: 'fraud' });
    expect(await latest(bench, 'orders/cancelled')).toMatchObject({
      cancel_reason: 'fraud',
      cancelled_at: expect.stringMatching(/^\d{4}-/),
      financial_status: 'refunded',
      current_total_price: '0.00',
      refunds: [{}, { transactions: [{ amount: '22.00' }] }],
    });
    expect((await bench.control('POST', `/shops/demo/orders/${order.id}/cancel`)).status).toBe(422);
  });

  it('of an unpaid order voids it', async () => {
    const bench = await startBench();
    const order = await bench.done('POST', '/shops/demo/orders', { amount: '20', paid: false });
    expect(await bench.done('POST', `/shops/demo/orders/${order.id}/cancel`)).toMatchObject({
      status: 'voided',
      refunds: [],
    });
  });
});

describe('an edit', () => {
  it('moves quantities up and down and adds lines', async () => {
    const bench = await startBench();
    const order = await bench.done('POST', '/shops/demo/orders', {
      lines: [
        { title: 'A', price: '10', quantity: 2 },
        { title: 'B', price: '5', quantity: 4 },
      ],
    });
    const [a, b] = order.lines;
    await bench.done('POST', `/shops/demo/orders/${order.id}/edit`, {
      quantities: [
        { lineId: a.id, quantity: 3 },
        { lineId: b.id, quantity: 1 },
      ],
      add: [{ title: 'C', price: '7' }],
    });
    const { order_edit: edit } = await latest(bench, 'orders/edited');
    const updated = await latest(bench, 'orders/updated');
    expect(edit).toMatchObject({
      order_id: order.id,
      line_items: { additions: [{ id: a.id, delta: 1 }, { delta: 1 }], removals: [{ id: b.id, delta: 3 }] },
    });
    expect(updated).toMatchObject({
      total_price: '57.00',
      current_total_price: '42.00',
      total_outstanding: '2.00',
      financial_status: 'partially_paid',
    });
    expect(updated.line_items.map((line: { current_quantity: number }) => line.current_quantity)).toEqual([3, 1, 1]);
    expect(await bench.done('POST', `/shops/demo/orders/${order.id}/pay`)).toMatchObject({
      status: 'paid',
      outstanding: '0.00',
    });
  });
});

describe('the Admin API', () => {
  it('tells the same of an order as the webhook', async () => {
    const bench = await startBench();
    await bench.done('POST', '/shops/demo/discounts', { code: 'HALF', percentage: 50 });
    const order = await bench.done('POST', '/shops/demo/orders', { amount: '20', shipping: '5', discountCode: 'half' });
    await bench.done('POST', `/shops/demo/orders/${order.id}/refund`, { amount: '3' });
    const { data } = await bench.graphql(`{ order(id: "${order.gid}") {
      name displayFinancialStatus discountCodes test
      totalPriceSet { shopMoney { amount currencyCode } } currentTotalPriceSet { shopMoney { amount } }
      totalDiscountsSet { presentmentMoney { amount } }
      discountApplications(first: 5) { nodes { targetType value { ... on PricingPercentageValue { percentage } } ... on DiscountCodeApplication { code } } }
      lineItems(first: 5) { nodes { title quantity currentQuantity originalTotalSet { shopMoney { amount } } discountAllocations { allocatedAmountSet { shopMoney { amount } } } } }
      refunds { totalRefundedSet { shopMoney { amount } } transactions(first: 1) { nodes { kind status amountSet { shopMoney { amount } } } } }
      transactions { kind amountSet { shopMoney { amount } } }
    } }`);
    expect(data.order).toEqual({
      name: '#1001',
      displayFinancialStatus: 'PARTIALLY_REFUNDED',
      discountCodes: ['HALF'],
      test: false,
      totalPriceSet: { shopMoney: { amount: '15.0', currencyCode: 'USD' } },
      currentTotalPriceSet: { shopMoney: { amount: '12.0' } },
      totalDiscountsSet: { presentmentMoney: { amount: '10.0' } },
      discountApplications: { nodes: [{ targetType: 'LINE_ITEM', value: { percentage: 50 }, code: 'HALF' }] },
      lineItems: {
        nodes: [
          {
            title: 'Order',
            quantity: 1,
            currentQuantity: 1,
            originalTotalSet: { shopMoney: { amount: '20.0' } },
            discountAllocations: [{ allocatedAmountSet: { shopMoney: { amount: '10.0' } } }],
          },
        ],
      },
      refunds: [
        {
          totalRefundedSet: { shopMoney: { amount: '3.0' } },
          transactions: { nodes: [{ kind: 'REFUND', status: 'SUCCESS', amountSet: { shopMoney: { amount: '3.0' } } }] },
        },
      ],
      transactions: [
        { kind: 'SALE', amountSet: { shopMoney: { amount: '15.0' } } },
        { kind: 'REFUND', amountSet: { shopMoney: { amount: '3.0' } } },
      ],
    });
  });
});
