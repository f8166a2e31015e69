import { decimal } from '../../commerce/money.ts';
import type { Order, Refund, Shop, Transaction } from '../../state/entities.ts';
import { gid } from '../../time/ids.ts';
import { shopTime } from '../../time/shop-time.ts';
import { linePayload, moneySet } from './line.ts';

/** Shopify's refund: the body of `refunds/create` and an element of an order's `refunds`. */
export function refundPayload(shop: Shop, order: Order, refund: Refund): Record<string, unknown> {
  const { currency } = order;
  return {
    id: refund.id,
    admin_graphql_api_id: gid('Refund', refund.id),
    created_at: shopTime(refund.at, shop.timezone),
    note: refund.note,
    order_id: order.id,
    processed_at: shopTime(refund.at, shop.timezone),
    restock: refund.lines.length > 0,
    total_duties_set: moneySet(0, currency),
    user_id: null,
    order_adjustments: adjustments(order, refund),
    transactions: refund.transaction ? [transactionPayload(shop, order, refund.transaction)] : [],
    refund_line_items: refund.lines.map((refunded) => {
      const line = order.lines.find(({ id }) => id === refunded.lineId);
      return {
        id: refunded.id,
        line_item_id: refunded.lineId,
        location_id: null,
        quantity: refunded.quantity,
        restock_type: order.fulfilledAt === null ? 'cancel' : 'no_restock',
        subtotal: Number(decimal(refunded.subtotalMinor, currency)),
        subtotal_set: moneySet(refunded.subtotalMinor, currency),
        total_tax: Number(decimal(refunded.taxMinor, currency)),
        total_tax_set: moneySet(refunded.taxMinor, currency),
        line_item: line ? linePayload(order, line) : null,
      };
    }),
    refund_shipping_lines: shippingLines(order, refund),
    duties: [],
    additional_fees: [],
    return: null,
  };
}

export function transactionPayload(shop: Shop, order: Order, transaction: Transaction): Record<string, unknown> {
  return {
    id: transaction.id,
    admin_graphql_api_id: gid('OrderTransaction', transaction.id),
    amount: decimal(transaction.amountMinor, order.currency),
    authorization: null,
    created_at: shopTime(transaction.at, shop.timezone),
    currency: order.currency,
    device_id: null,
    error_code: null,
    gateway: transaction.gateway ?? order.gateway,
    kind: transaction.kind,
    location_id: null,
    message: null,
    order_id: order.id,
    parent_id: transaction.parentId,
    payment_id: `#${order.number}.${transaction.kind === 'refund' ? 2 : 1}`,
    processed_at: shopTime(transaction.at, shop.timezone),
    receipt: {},
    source_name: order.sourceName,
    status: transaction.status,
    test: order.test,
    user_id: null,
  };
}

function shippingLines(order: Order, { id, shippingMinor }: Refund) {
  if (shippingMinor === 0) return [];
  return [
    {
      id: id + 3,
      subtotal_amount_set: moneySet(shippingMinor, order.currency),
      tax_amount_set: moneySet(0, order.currency),
      shipping_line: {
        id: order.id + 2,
        code: 'Standard',
        price: decimal(order.shippingMinor, order.currency),
        price_set: moneySet(order.shippingMinor, order.currency),
        source: 'shopify',
        title: 'Standard',
      },
    },
  ];
}

/** What is given back for the shipping or beyond the lines appears as negative adjustments. */
function adjustments(order: Order, refund: Refund) {
  const parts = [
    { id: refund.id + 3, kind: 'shipping_refund', reason: 'Shipping refund', minor: refund.shippingMinor },
    { id: refund.id + 4, kind: 'refund_discrepancy', reason: 'Refund discrepancy', minor: refund.discrepancyMinor },
  ];
  return parts
    .filter((part) => part.minor !== 0)
    .map(({ id, kind, reason, minor }) => ({
      id,
      amount: decimal(-minor, order.currency),
      amount_set: moneySet(-minor, order.currency),
      kind,
      order_id: order.id,
      reason,
      refund_id: refund.id,
      tax_amount: decimal(0, order.currency),
      tax_amount_set: moneySet(0, order.currency),
    }));
}
