import { NOBODY } from '../commerce/customers.ts';
import { orderWebhooks, takeNumber } from '../commerce/orders.ts';
import { orderTotals } from '../commerce/totals.ts';
import type { Customer, Line, Order, Refund } from '../state/entities.ts';
import { getShop, saveOrder, type ShopState } from '../state/shop-state.ts';
import { wholeSecond } from '../time/shop-time.ts';
import type { Webhook } from '../webhooks/emitter.ts';
import { customerPayload } from '../webhooks/payload/customer.ts';
import { refundPayload } from '../webhooks/payload/refund.ts';
import type { Row } from './row.ts';
import { customerIdOf, lineIdOf, orderIdOf, refundIdOf, transactionIdOf } from './row-ids.ts';

export type Applied =
  | { outcome: 'created' | 'unchanged'; webhooks: Webhook[]; newCustomer: boolean }
  | { outcome: 'waiting' }
  | { outcome: 'conflict'; reason: string };

export type RowOptions = {
  /** When a change happened: as the row says, or at this moment (milliseconds). */
  updatedAt: 'row' | number;
  customerWebhooks: boolean;
};

/** Makes the row true. A row that is already true changes nothing and is only told again. */
export function applyRow(state: ShopState, row: Row, options: RowOptions): Applied {
  if (row.kind === 'order') return applyOrder(state, row, options);
  const order = state.orders.find(orderIdOf(state.domain, row.orderId));
  if (!order) return { outcome: 'waiting' };
  if (order.currency !== row.currency) return conflict(`order ${row.orderId} is in ${order.currency}`);
  return row.kind === 'refund' ? applyRefund(state, row, order, options) : applyCancel(state, row, order, options);
}

function applyOrder(state: ShopState, row: Row, options: RowOptions): Applied {
  const id = orderIdOf(state.domain, row.orderId);
  const customerId = row.customerId === '' ? null : customerIdOf(state.domain, row.customerId);
  const known = state.orders.find(id);
  if (known) {
    const same =
      known.rowId === row.orderId &&
      known.customerId === customerId &&
      known.currency === row.currency &&
      known.createdAt === wholeSecond(row.at) &&
      orderTotals(known).totalMinor === row.amountMinor;
    if (!same) return conflict(`order ${row.orderId} already exists with other facts`);
    return { outcome: 'unchanged', webhooks: orderWebhooks(state, known, ['orders/create']), newCustomer: false };
  }
  const at = wholeSecond(row.at);
  const customer = customerId === null ? undefined : (state.customers.find(customerId) ?? newCustomer(state, row));
  const isNew = customer !== undefined && !state.customers.has(customer.id);
  if (customer && isNew) state.customers.set(customer.id, customer);
  const order = saveOrder(state, {
    id,
    rowId: row.orderId,
    number: takeNumber(state),
    customerId,
    email: customer?.email ?? null,
    createdAt: at,
    updatedAt: options.updatedAt === 'row' ? at : Math.max(at, wholeSecond(options.updatedAt)),
    currency: row.currency,
    taxesIncluded: false,
    taxRate: 0,
    test: false,
    sourceName: 'web',
    gateway: 'shopify_payments',
    lines: linesOf(state, id, row),
    shippingMinor: 0,
    shippingDiscountMinor: 0,
    discount: undefined,
    transactions: [
      { id: transactionIdOf(id), parentId: null, kind: 'sale', status: 'success', amountMinor: row.amountMinor, at },
    ],
    refunds: [],
    edits: [],
    cancelledAt: null,
    cancelReason: null,
    fulfilledAt: null,
    tags: [],
    note: null,
  });
  const webhooks = orderWebhooks(state, order, ['orders/create']);
  if (customer && isNew && options.customerWebhooks) webhooks.unshift(customerWebhook(state, customer));
  return { outcome: 'created', webhooks, newCustomer: isNew };
}

function applyRefund(state: ShopState, row: Row, order: Order, options: RowOptions): Applied {
  const id = refundIdOf(state.domain, row);
  const known = order.refunds.find((refund) => refund.id === id);
  if (known) return { outcome: 'unchanged', webhooks: refundWebhooks(state, order, known), newCustomer: false };
  const { receivedMinor, currentTotalMinor } = orderTotals(order);
  const whole = order.refunds.length === 0 && row.amountMinor === receivedMinor && currentTotalMinor === receivedMinor;
  const at = changeTime(row, order, options);
  const refund: Refund = {
    id,
    at,
    note: '',
    lines: whole
      ? order.lines.filter((line) => line.currentQuantity > 0).map((line, index) => takenBack(id, line, index))
      : [],
    shippingMinor: 0,
    discrepancyMinor: whole ? 0 : row.amountMinor,
    transaction: {
      id: transactionIdOf(id),
      parentId: transactionIdOf(order.id),
      kind: 'refund',
      status: 'success',
      amountMinor: row.amountMinor,
      at,
    },
  };
  const lines = whole ? order.lines.map((line) => ({ ...line, currentQuantity: 0 })) : order.lines;
  const changed = saveOrder(state, { ...order, lines, refunds: [...order.refunds, refund], updatedAt: at });
  return { outcome: 'created', webhooks: refundWebhooks(state, changed, refund), newCustomer: false };
}

/** Cancelled without paying back; what was paid back is in the file's refunds. */
function applyCancel(state: ShopState, row: Row, order: Order, options: RowOptions): Applied {
  const topics = ['orders/cancelled'];
  if (order.cancelledAt !== null) {
    return { outcome: 'unchanged', webhooks: orderWebhooks(state, order, topics), newCustomer: false };
  }
  const cancelledAt = changeTime(row, order, options);
  const lines = order.lines.map((line) => ({ ...line, currentQuantity: 0 }));
  const changed = saveOrder(state, { ...order, lines, cancelledAt, cancelReason: 'customer', updatedAt: cancelledAt });
  return { outcome: 'created', webhooks: orderWebhooks(state, changed, topics), newCustomer: false };
}

/** Not before the row says, and at least a second after the order's last change: a later state has a later time. */
function changeTime(row: Row, order: Order, { updatedAt }: RowOptions): number {
  return Math.max(wholeSecond(updatedAt === 'row' ? row.at : Math.max(row.at, updatedAt)), order.updatedAt + 1_000);
}

function newCustomer(state: ShopState, row: Row): Customer {
  const at = wholeSecond(row.at);
  return {
    ...NOBODY,
    id: customerIdOf(state.domain, row.customerId),
    rowId: row.customerId,
    email: `customer-${row.customerId}@example.com`,
    firstName: 'Customer',
    lastName: row.customerId,
    createdAt: at,
    updatedAt: at,
  };
}

/** One line; two if the amount cannot be divided by the pieces. The total is exact either way. */
function linesOf(state: ShopState, orderId: number, row: Row): Line[] {
  const vendor = getShop(state).name;
  const line = (index: 0 | 1, priceMinor: number, quantity: number): Line => ({
    id: lineIdOf(orderId, index),
    productId: null,
    title: 'Compact disc',
    sku: 'CD',
    vendor,
    priceMinor,
    quantity,
    currentQuantity: quantity,
    giftCard: false,
    discountMinor: 0,
    taxMinor: 0,
  });
  const quantity = Math.max(row.quantity, 1);
  const each = Math.floor(row.amountMinor / quantity);
  const rest = row.amountMinor - each * quantity;
  return rest === 0 ? [line(0, each, quantity)] : [line(0, each, quantity - 1), line(1, each + rest, 1)];
}

function takenBack(refundId: number, line: Line, index: number) {
  return {
    id: lineIdOf(refundId, index === 0 ? 0 : 1),
    lineId: line.id,
    quantity: line.currentQuantity,
    subtotalMinor: line.priceMinor * line.currentQuantity,
    taxMinor: 0,
  };
}

function refundWebhooks(state: ShopState, order: Order, refund: Refund): Webhook[] {
  const shop = getShop(state);
  const payload = () => refundPayload(shop, order, refund);
  return [{ topic: 'refunds/create', payload }, ...orderWebhooks(state, order, ['orders/updated'])];
}

function customerWebhook(state: ShopState, customer: Customer): Webhook {
  const shop = getShop(state);
  return { topic: 'customers/create', payload: () => customerPayload(shop, customer) };
}

function conflict(reason: string): Applied {
  return { outcome: 'conflict', reason };
}
