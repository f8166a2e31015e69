import { randomInt } from 'node:crypto';

/** Ids as Shopify's: whole numbers of 13 digits, never the same twice. */
export function newId(): number {
  return 4_000_000_000_000 + randomInt(900_000_000_000);
}

type Change = Record<string, unknown>;

/** An order as `orders/create` carries it: one piece of 100.00 EUR, paid, by nobody in particular. */
export function orderPayload(change: Change = {}): Change & { id: number } {
  const id = newId();
  return {
    id,
    name: '#1001',
    created_at: '2026-03-01T10:00:00+01:00',
    updated_at: '2026-03-01T10:00:00+01:00',
    currency: 'EUR',
    financial_status: 'paid',
    fulfillment_status: null,
    total_price: '100.00',
    taxes_included: false,
    test: false,
    customer: null,
    line_items: [linePayload()],
    payment_gateway_names: ['shopify_payments'],
    refunds: [],
    ...change,
  };
}

export function linePayload(change: Change = {}): Change {
  return {
    id: newId(),
    product_id: null,
    quantity: 1,
    current_quantity: 1,
    price: '100.00',
    gift_card: false,
    ...change,
  };
}

/** Money given back for no particular line, as `refunds/create` carries it. */
export function refundPayload(orderId: number, amount: string, change: Change = {}): Change {
  return {
    id: newId(),
    order_id: orderId,
    refund_line_items: [],
    order_adjustments: [],
    transactions: [{ kind: 'refund', status: 'success', amount, currency: 'EUR' }],
    ...change,
  };
}
