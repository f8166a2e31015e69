import { shopifyOrder } from '../orders/shopify-order.ts';
import type { Order } from './model.ts';

const decimal = (minor: number) => (minor / 100).toFixed(2);
/** The id that `shopifyOrder` gives an order's first line. */
const lineId = 15_100_000_000_001;

/** The order as `orders/paid` and `orders/cancelled` carry it. */
export function orderBody(order: Order, cancelledAt: Date | null): string {
  const body = shopifyOrder({
    orderId: order.orderId,
    customerId: order.customerId,
    number: 1_000 + (order.orderId % 1_000_000),
    shopDomain: order.shopDomain,
    articles: [{ title: 'Ceramic mug, 350 ml', priceMinor: order.priceMinor, quantity: order.quantity }],
    shippingMinor: 490,
    at: order.placedAt,
  });
  return JSON.stringify({
    ...body,
    ...(order.code === null ? {} : discounted(body, order)),
    ...(cancelledAt ? { cancelled_at: cancelledAt.toISOString(), updated_at: cancelledAt.toISOString() } : {}),
  });
}

function discounted(body: Record<string, unknown>, { code, discountMinor }: Order) {
  const [line] = body['line_items'] as Record<string, unknown>[];
  const amount = decimal(discountMinor);
  return {
    discount_codes: [{ code, amount, type: 'fixed_amount' }],
    line_items: [{ ...line, discount_allocations: [{ amount, discount_application_index: 0 }] }],
  };
}

/** One piece goes back, as `refunds/create` carries it. */
export function refundBody(order: Order, refundId: number): string {
  const price = decimal(order.priceMinor);
  return JSON.stringify({
    id: refundId,
    admin_graphql_api_id: `gid://shopify/Refund/${refundId}`,
    order_id: order.orderId,
    created_at: new Date().toISOString(),
    note: null,
    restock: true,
    refund_line_items: [
      { id: refundId + 1, line_item_id: lineId, quantity: 1, restock_type: 'return', subtotal: price, total_tax: 0 },
    ],
    transactions: [
      { id: refundId + 2, order_id: order.orderId, kind: 'refund', status: 'success', amount: price, currency: 'EUR' },
    ],
    order_adjustments: [],
  });
}
