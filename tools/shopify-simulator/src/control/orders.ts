import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { fulfillOrder, payOrder, placeOrder, tagOrder } from '../commerce/orders.ts';
import { cancelOrder, editOrder, refundOrder, type OrderResult } from '../commerce/returns.ts';
import { ControlError, parseBody } from '../http/problem.ts';
import type { World } from '../world.ts';
import { checkoutBody, lineBody, money, readCheckout, readLine, readMinor } from './checkout-body.ts';
import { getOrder, getState } from './scope.ts';
import { orderView } from './views.ts';

const quantity = z.number().int().min(0).max(1_000_000);
const lineQuantity = z.strictObject({ lineId: z.number().int(), quantity });

const refund = z.strictObject({
  lines: z.array(lineQuantity).default([]),
  shipping: money.optional(),
  amount: money.optional(),
  /** All that is left: every line and the shipping. */
  full: z.boolean().default(false),
  note: z.string().default(''),
  force: z.boolean().default(false),
});
const cancel = z.strictObject({
  reason: z.enum(['customer', 'declined', 'fraud', 'inventory', 'other', 'staff']).default('customer'),
  refund: z.boolean().default(true),
});
const edit = z.strictObject({ quantities: z.array(lineQuantity).default([]), add: z.array(lineBody).default([]) });
const update = z.strictObject({ tags: z.array(z.string()).optional(), note: z.string().nullable().optional() });
const page = z.object({
  limit: z.coerce.number().int().min(1).max(1_000).default(50),
  customer: z.coerce.number().int().optional(),
});

export function registerOrders(scope: FastifyInstance, world: World): void {
  scope.get('/shops/:shop/orders', (request) => {
    const state = getState(world, request);
    const { limit, customer } = parseBody(page, request.query);
    const found = [...state.orders.values()].filter(
      ({ customerId }) => customer === undefined || customerId === customer,
    );
    return { total: found.length, orders: found.slice(-limit).reverse().map(orderView) };
  });
  scope.post('/shops/:shop/orders', (request, reply) => {
    const state = getState(world, request);
    const result = placeOrder(world, state, readCheckout(state, parseBody(checkoutBody, request.body)));
    if (result.outcome === 'code-refused') throw new ControlError(422, `discountCode: ${result.reason}`);
    void reply.code(201);
    return orderView(result.order);
  });
  scope.get('/shops/:shop/orders/:order', (request) => orderView(getOrder(getState(world, request), request)));
  scope.patch('/shops/:shop/orders/:order', (request) => {
    const state = getState(world, request);
    const { tags, note } = parseBody(update, request.body);
    const facts = { ...(tags ? { tags } : {}), ...(note === undefined ? {} : { note }) };
    return orderView(tagOrder(world, state, getOrder(state, request), facts));
  });
  scope.post('/shops/:shop/orders/:order/pay', (request) => {
    const state = getState(world, request);
    const paid = payOrder(world, state, getOrder(state, request));
    if (!paid) throw new ControlError(422, 'nothing is left to pay');
    return orderView(paid);
  });
  scope.post('/shops/:shop/orders/:order/fulfill', (request) => {
    const state = getState(world, request);
    const fulfilled = fulfillOrder(world, state, getOrder(state, request));
    if (!fulfilled) throw new ControlError(422, 'the order is cancelled or already fulfilled');
    return orderView(fulfilled);
  });
  scope.post('/shops/:shop/orders/:order/cancel', (request) => {
    const state = getState(world, request);
    return answer(cancelOrder(world, state, getOrder(state, request), parseBody(cancel, request.body)));
  });
  scope.post('/shops/:shop/orders/:order/refund', (request) => {
    const state = getState(world, request);
    const order = getOrder(state, request);
    const { lines, shipping, amount, full, note, force } = parseBody(refund, request.body);
    if (!full && lines.length === 0 && shipping === undefined && amount === undefined) {
      throw new ControlError(400, 'give lines, shipping, an amount or full');
    }
    const all = order.lines.map((line) => ({ lineId: line.id, quantity: line.currentQuantity }));
    const paidShipping = order.shippingMinor - order.shippingDiscountMinor;
    const refundedShipping = order.refunds.reduce((sum, { shippingMinor }) => sum + shippingMinor, 0);
    const wanted = {
      lines: full ? all : lines,
      shippingMinor: full ? paidShipping - refundedShipping : readMinor(shipping ?? '0', order.currency, 'shipping'),
      amountMinor: amount === undefined ? undefined : readMinor(amount, order.currency, 'amount'),
      note,
      force,
    };
    return answer(refundOrder(world, state, order, wanted));
  });
  scope.post('/shops/:shop/orders/:order/edit', (request) => {
    const state = getState(world, request);
    const order = getOrder(state, request);
    const { quantities, add } = parseBody(edit, request.body);
    const lines = add.map((line) => readLine(state, line, order.currency));
    return answer(editOrder(world, state, order, { quantities, add: lines }));
  });
}

function answer(result: OrderResult) {
  if (result.outcome === 'refused') throw new ControlError(422, result.reason);
  return orderView(result.order);
}
