import type { Customer, Line, Order, Transaction } from '../state/entities.ts';
import { changeShop, getShop, saveOrder, type ShopState } from '../state/shop-state.ts';
import { wholeSecond } from '../time/shop-time.ts';
import type { Webhook } from '../webhooks/emitter.ts';
import { orderPayload } from '../webhooks/payload/order.ts';
import type { World } from '../world.ts';
import { applyCode, countUse, type CodeResult } from './discounts.ts';
import { orderTotals } from './totals.ts';

export type NewLine = {
  productId: number | null;
  title: string;
  sku: string;
  vendor: string;
  priceMinor: number;
  quantity: number;
  giftCard: boolean;
};

export type Checkout = {
  customer: Customer | undefined;
  email: string | null;
  lines: NewLine[];
  shippingMinor: number;
  /** Hundredths of a percent. */
  taxRate: number;
  taxesIncluded: boolean;
  currency: string;
  code: string | undefined;
  test: boolean;
  paid: boolean;
  gateway: string;
  /** What a gift card pays; the gateway takes the rest. */
  giftCardMinor: number;
  sourceName: string;
  tags: string[];
  note: string | null;
};

export type CheckoutResult = { outcome: 'placed'; order: Order } | { outcome: 'code-refused'; reason: string };

/** Places an order: `orders/create`, and `orders/paid` if it was paid. */
export function placeOrder(world: World, state: ShopState, checkout: Checkout): CheckoutResult {
  const now = wholeSecond(world.clock.now());
  const cart = { ...checkout, customerId: checkout.customer?.id ?? null };
  const result: CodeResult | undefined = checkout.code
    ? applyCode(state, checkout.code, cart, world.clock.now())
    : undefined;
  if (result?.outcome === 'refused') return { outcome: 'code-refused', reason: result.reason };

  const id = world.store.nextId();
  const lines = checkout.lines.map((line, index): Line => {
    const discountMinor = result?.lineMinors[index] ?? 0;
    const net = line.priceMinor * line.quantity - discountMinor;
    return {
      ...line,
      id: world.store.nextId(),
      currentQuantity: line.quantity,
      discountMinor,
      taxMinor: line.giftCard ? 0 : taxMinor(net, checkout),
    };
  });
  const order: Order = {
    id,
    number: takeNumber(state),
    customerId: cart.customerId,
    email: checkout.email,
    createdAt: now,
    updatedAt: now,
    currency: checkout.currency,
    taxesIncluded: checkout.taxesIncluded,
    taxRate: checkout.taxRate,
    test: checkout.test,
    sourceName: checkout.sourceName,
    gateway: checkout.gateway,
    lines,
    shippingMinor: checkout.shippingMinor,
    shippingDiscountMinor: result?.shippingMinor ?? 0,
    discount: result?.discount,
    transactions: [],
    refunds: [],
    edits: [],
    cancelledAt: null,
    cancelReason: null,
    fulfilledAt: null,
    tags: checkout.tags,
    note: checkout.note,
  };
  const saved = saveOrder(state, { ...order, transactions: payments(world, order, checkout) });
  if (result) countUse(state, result.code, cart.customerId);
  tellOrder(world, state, saved, checkout.paid ? ['orders/create', 'orders/paid'] : ['orders/create']);
  return { outcome: 'placed', order: saved };
}

/** The payment that was pending, or for what an edit added. */
export function payOrder(world: World, state: ShopState, order: Order): Order | undefined {
  const { outstandingMinor } = orderTotals(order);
  if (order.cancelledAt !== null || outstandingMinor <= 0) return undefined;
  const pending = order.transactions.find(({ status }) => status === 'pending');
  const at = wholeSecond(world.clock.now());
  const paid: Transaction = pending
    ? { ...pending, status: 'success', at, amountMinor: outstandingMinor }
    : { id: world.store.nextId(), parentId: null, kind: 'sale', status: 'success', amountMinor: outstandingMinor, at };
  const transactions = [...order.transactions.filter((transaction) => transaction !== pending), paid];
  return change(world, state, { ...order, transactions }, ['orders/paid', 'orders/updated']);
}

export function fulfillOrder(world: World, state: ShopState, order: Order): Order | undefined {
  if (order.cancelledAt !== null || order.fulfilledAt !== null) return undefined;
  const fulfilledAt = wholeSecond(world.clock.now());
  return change(world, state, { ...order, fulfilledAt }, ['orders/fulfilled', 'orders/updated']);
}

export function tagOrder(
  world: World,
  state: ShopState,
  order: Order,
  facts: { tags?: string[]; note?: string | null },
): Order {
  return change(world, state, { ...order, ...facts }, ['orders/updated']);
}

/** Stores the changed order with the time of the change and tells those who listen. */
export function change(world: World, state: ShopState, order: Order, topics: string[], more: Webhook[] = []): Order {
  const saved = saveOrder(state, { ...order, updatedAt: Math.max(wholeSecond(world.clock.now()), order.updatedAt) });
  tellOrder(world, state, saved, topics, more);
  return saved;
}

export function tellOrder(world: World, state: ShopState, order: Order, topics: string[], more: Webhook[] = []): void {
  world.emit(state, [...more, ...orderWebhooks(state, order, topics)]);
}

export function orderWebhooks(state: ShopState, order: Order, topics: string[]): Webhook[] {
  const shop = getShop(state);
  const customer = order.customerId === null ? undefined : state.customers.find(order.customerId);
  return topics.map((topic) => ({ topic, payload: () => orderPayload({ shop, order, customer }) }));
}

export function takeNumber(state: ShopState): number {
  const { nextOrderNumber } = getShop(state);
  changeShop(state, { nextOrderNumber: nextOrderNumber + 1 });
  return nextOrderNumber;
}

export function taxMinor(
  netMinor: number,
  { taxRate, taxesIncluded }: { taxRate: number; taxesIncluded: boolean },
): number {
  return taxesIncluded
    ? netMinor - Math.round((netMinor * 10_000) / (10_000 + taxRate))
    : Math.round((netMinor * taxRate) / 10_000);
}

function payments(world: World, order: Order, { paid, giftCardMinor }: Checkout): Transaction[] {
  const { totalMinor } = orderTotals(order);
  const byCard = Math.min(giftCardMinor, totalMinor);
  const sale = { parentId: null, kind: 'sale' as const, at: order.createdAt };
  const rest: Transaction = {
    ...sale,
    id: world.store.nextId(),
    status: paid ? 'success' : 'pending',
    amountMinor: totalMinor - byCard,
  };
  if (byCard === 0) return [rest];
  const card: Transaction = {
    ...sale,
    id: world.store.nextId(),
    status: 'success',
    amountMinor: byCard,
    gateway: 'gift_card',
  };
  return byCard === totalMinor ? [card] : [card, rest];
}
