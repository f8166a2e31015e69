import type { Line, LineDelta, Order, Refund, RefundLine } from '../state/entities.ts';
import { getShop, type ShopState } from '../state/shop-state.ts';
import { wholeSecond } from '../time/shop-time.ts';
import type { Webhook } from '../webhooks/emitter.ts';
import { refundPayload } from '../webhooks/payload/refund.ts';
import { orderEditPayload } from '../webhooks/payload/shop.ts';
import type { World } from '../world.ts';
import { change, taxMinor, type NewLine } from './orders.ts';
import { netOf, orderTotals, taxOf } from './totals.ts';

export type RefundRequest = {
  lines: { lineId: number; quantity: number }[];
  shippingMinor: number;
  /** What is paid back in all; without it exactly the lines and the shipping. */
  amountMinor: number | undefined;
  note: string;
  /** Shopify refuses to pay back more than it received; `force` plays the bug. */
  force: boolean;
};

export type OrderResult = { outcome: 'changed'; order: Order } | { outcome: 'refused'; reason: string };

/** Pays back: `refunds/create` and `orders/updated`. */
export function refundOrder(world: World, state: ShopState, order: Order, request: RefundRequest): OrderResult {
  const taken = takeLines(world, order, request.lines);
  if ('reason' in taken) return { outcome: 'refused', reason: taken.reason };
  const totals = orderTotals(order);
  if (request.shippingMinor > totals.currentShippingMinor && !request.force) {
    return { outcome: 'refused', reason: 'more shipping than was paid' };
  }
  const ofLines = taken.refunded.reduce(
    (sum, line) => sum + line.subtotalMinor + (order.taxesIncluded ? 0 : line.taxMinor),
    0,
  );
  const amountMinor = request.amountMinor ?? ofLines + request.shippingMinor;
  if (amountMinor > totals.receivedMinor - totals.refundedMinor && !request.force) {
    return { outcome: 'refused', reason: 'more than was paid and not yet refunded' };
  }
  const refund = newRefund(world, order, {
    lines: taken.refunded,
    shippingMinor: request.shippingMinor,
    discrepancyMinor: amountMinor - ofLines - request.shippingMinor,
    amountMinor,
    note: request.note,
  });
  const changed = { ...order, lines: taken.lines, refunds: [...order.refunds, refund] };
  const saved = change(world, state, changed, ['orders/updated'], [refundWebhook(state, changed, refund)]);
  return { outcome: 'changed', order: saved };
}

export type CancelRequest = { reason: string; refund: boolean };

/** Cancels what is left: `orders/cancelled` and `orders/updated`, with `refunds/create` if it is paid back. */
export function cancelOrder(
  world: World,
  state: ShopState,
  order: Order,
  { reason, refund: payBack }: CancelRequest,
): OrderResult {
  if (order.cancelledAt !== null) return { outcome: 'refused', reason: 'the order is already cancelled' };
  if (order.fulfilledAt !== null) return { outcome: 'refused', reason: 'the order is fulfilled' };
  const totals = orderTotals(order);
  const taken = takeLines(
    world,
    order,
    order.lines.map((line) => ({ lineId: line.id, quantity: line.currentQuantity })),
  );
  if ('reason' in taken) return { outcome: 'refused', reason: taken.reason };
  const left = totals.receivedMinor - totals.refundedMinor;
  const refund =
    payBack && left > 0
      ? newRefund(world, order, {
          lines: taken.refunded,
          shippingMinor: totals.currentShippingMinor,
          discrepancyMinor: 0,
          amountMinor: left,
          note: 'Order canceled',
        })
      : undefined;
  const cancelled: Order = {
    ...order,
    lines: taken.lines,
    refunds: refund ? [...order.refunds, refund] : order.refunds,
    cancelledAt: wholeSecond(world.clock.now()),
    cancelReason: reason,
  };
  const more = refund ? [refundWebhook(state, cancelled, refund)] : [];
  return { outcome: 'changed', order: change(world, state, cancelled, ['orders/cancelled', 'orders/updated'], more) };
}

export type EditRequest = { quantities: { lineId: number; quantity: number }[]; add: NewLine[] };

/** Changes what was ordered: `orders/edited` and `orders/updated`. Money moves by `payOrder` or `refundOrder`. */
export function editOrder(world: World, state: ShopState, order: Order, { quantities, add }: EditRequest): OrderResult {
  if (order.cancelledAt !== null) return { outcome: 'refused', reason: 'the order is cancelled' };
  const additions: LineDelta[] = [];
  const removals: LineDelta[] = [];
  const lines = [...order.lines];
  for (const { lineId, quantity } of quantities) {
    const index = lines.findIndex(({ id }) => id === lineId);
    const line = lines[index];
    if (!line) return { outcome: 'refused', reason: `the order has no line ${lineId}` };
    const delta = quantity - line.currentQuantity;
    if (delta > 0) {
      additions.push({ lineId, delta });
      lines[index] = grown(order, line, delta);
    } else if (delta < 0) {
      removals.push({ lineId, delta: -delta });
      lines[index] = { ...line, currentQuantity: quantity };
    }
  }
  for (const more of add) {
    const net = more.giftCard ? 0 : more.priceMinor * more.quantity;
    const id = world.store.nextId();
    lines.push({ ...more, id, currentQuantity: more.quantity, discountMinor: 0, taxMinor: taxMinor(net, order) });
    additions.push({ lineId: id, delta: more.quantity });
  }
  if (additions.length + removals.length === 0) return { outcome: 'refused', reason: 'the edit changes nothing' };
  const edit = { id: world.store.nextId(), at: wholeSecond(world.clock.now()), additions, removals };
  const edited: Order = { ...order, lines, edits: [...order.edits, edit] };
  const shop = getShop(state);
  const more: Webhook[] = [{ topic: 'orders/edited', payload: () => orderEditPayload(shop, edited, edit) }];
  return { outcome: 'changed', order: change(world, state, edited, ['orders/updated'], more) };
}

function grown(order: Order, line: Line, delta: number): Line {
  return {
    ...line,
    quantity: line.quantity + delta,
    currentQuantity: line.currentQuantity + delta,
    taxMinor: line.taxMinor + (line.giftCard ? 0 : taxMinor(line.priceMinor * delta, order)),
  };
}

type Taken = { lines: Line[]; refunded: RefundLine[] } | { reason: string };

/** The lines without so many pieces, and what those pieces were worth after discounts. */
function takeLines(world: World, order: Order, wanted: { lineId: number; quantity: number }[]): Taken {
  const lines = [...order.lines];
  const refunded: RefundLine[] = [];
  for (const { lineId, quantity } of wanted) {
    if (quantity === 0) continue;
    const index = lines.findIndex(({ id }) => id === lineId);
    const line = lines[index];
    if (!line) return { reason: `the order has no line ${lineId}` };
    const left = line.currentQuantity - quantity;
    if (left < 0) return { reason: `line ${lineId} has only ${line.currentQuantity} left` };
    refunded.push({
      id: world.store.nextId(),
      lineId,
      quantity,
      subtotalMinor: netOf(line, line.currentQuantity) - netOf(line, left),
      taxMinor: taxOf(line, line.currentQuantity) - taxOf(line, left),
    });
    lines[index] = { ...line, currentQuantity: left };
  }
  return { lines, refunded };
}

type NewRefund = Pick<Refund, 'lines' | 'shippingMinor' | 'discrepancyMinor' | 'note'> & { amountMinor: number };

function newRefund(world: World, order: Order, { amountMinor, ...facts }: NewRefund): Refund {
  const at = wholeSecond(world.clock.now());
  const parentId = order.transactions.find(({ kind }) => kind === 'sale')?.id ?? null;
  const id = world.store.nextId();
  const transaction =
    amountMinor === 0
      ? undefined
      : { id: world.store.nextId(), parentId, kind: 'refund' as const, status: 'success' as const, amountMinor, at };
  return { id, at, ...facts, transaction };
}

function refundWebhook(state: ShopState, order: Order, refund: Refund): Webhook {
  const shop = getShop(state);
  return { topic: 'refunds/create', payload: () => refundPayload(shop, order, refund) };
}
