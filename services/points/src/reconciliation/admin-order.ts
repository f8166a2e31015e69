import type { OrderFacts } from '../orders/order-snapshot.ts';
import { orderFacts, shopifyOrderSchema } from '../orders/shopify-order.ts';
import type { AdminLineItem, AdminOrder } from './orders.graphql.ts';

type Money = { shopMoney: { amount: string } };

/**
 * An order as the Admin API gives it, in the terms of the webhook's payload, so that one reading of orders serves both:
 * the facts of an order must not depend on the way it came.
 */
export function adminOrderFacts(order: AdminOrder, lines: readonly AdminLineItem[]): OrderFacts {
  const payload = shopifyOrderSchema.parse({
    id: order.legacyResourceId,
    name: order.name,
    created_at: order.createdAt,
    updated_at: order.updatedAt,
    cancelled_at: order.cancelledAt,
    currency: order.currencyCode,
    test: order.test,
    financial_status: order.displayFinancialStatus?.toLowerCase(),
    fulfillment_status: order.displayFulfillmentStatus?.toLowerCase(),
    taxes_included: order.taxesIncluded,
    total_price: amount(order.totalPriceSet),
    customer: order.customer && { id: order.customer.legacyResourceId },
    line_items: lines.map((line) => ({
      id: line.id,
      product_id: line.product?.legacyResourceId,
      quantity: line.quantity,
      current_quantity: line.currentQuantity,
      price: amount(line.originalUnitPriceSet),
      gift_card: line.isGiftCard,
      discount_allocations: line.discountAllocations.map((allocation) => ({
        amount: amount(allocation.allocatedAmountSet),
      })),
      tax_lines: line.taxLines.map((tax) => ({ price: amount(tax.priceSet) })),
    })),
    shipping_lines: order.shippingLine
      ? [
          {
            price: amount(order.shippingLine.discountedPriceSet),
            tax_lines: order.shippingLine.taxLines.map((tax) => ({ price: amount(tax.priceSet) })),
          },
        ]
      : [],
    discount_codes: order.discountCodes.map((code) => ({ code })),
    payment_gateway_names: order.paymentGatewayNames,
    refunds: order.refunds.map((refund) => ({
      id: refund.legacyResourceId,
      order_id: order.legacyResourceId,
      refund_line_items: refund.refundLineItems.nodes.map((line) => ({
        line_item_id: line.lineItem.id,
        quantity: line.quantity,
        subtotal: amount(line.subtotalSet),
        total_tax: amount(line.totalTaxSet),
      })),
      transactions: refund.transactions.nodes.map((transaction) => ({
        kind: transaction.kind.toLowerCase(),
        status: transaction.status.toLowerCase(),
        amount: amount(transaction.amountSet),
      })),
      order_adjustments: refund.refundShippingLines.nodes.map((line) => ({
        kind: 'shipping_refund',
        amount: amount(line.subtotalAmountSet),
        tax_amount: amount(line.taxAmountSet),
      })),
    })),
    gift_card_transactions: order.transactions
      .filter(
        ({ gateway, kind, status }) =>
          gateway === 'gift_card' && status === 'SUCCESS' && ['SALE', 'CAPTURE'].includes(kind),
      )
      .map((transaction) => ({ amount: amount(transaction.amountSet) })),
  });
  return orderFacts(payload);
}

function amount(money: Money): string {
  return money.shopMoney.amount;
}
