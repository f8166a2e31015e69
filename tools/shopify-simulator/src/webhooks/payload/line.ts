import { decimal } from '../../commerce/money.ts';
import type { Line, Order } from '../../state/entities.ts';
import { gid } from '../../time/ids.ts';

export function linePayload(order: Order, line: Line): Record<string, unknown> {
  const text = (minor: number) => decimal(minor, order.currency);
  return {
    id: line.id,
    admin_graphql_api_id: gid('LineItem', line.id),
    attributed_staffs: [],
    current_quantity: line.currentQuantity,
    fulfillable_quantity: order.fulfilledAt === null ? line.currentQuantity : 0,
    fulfillment_service: line.giftCard ? 'gift_card' : 'manual',
    fulfillment_status: order.fulfilledAt === null ? null : 'fulfilled',
    gift_card: line.giftCard,
    grams: 0,
    name: line.title,
    price: text(line.priceMinor),
    price_set: moneySet(line.priceMinor, order.currency),
    product_exists: line.productId !== null,
    product_id: line.productId,
    properties: [],
    quantity: line.quantity,
    requires_shipping: !line.giftCard,
    sales_line_item_group_id: null,
    sku: line.sku,
    taxable: !line.giftCard,
    title: line.title,
    total_discount: text(0),
    total_discount_set: moneySet(0, order.currency),
    variant_id: line.productId === null ? null : line.productId + 1,
    variant_inventory_management: null,
    variant_title: null,
    vendor: line.vendor,
    tax_lines: taxLinesPayload(order, line.taxMinor),
    duties: [],
    discount_allocations:
      line.discountMinor === 0
        ? []
        : [
            {
              amount: text(line.discountMinor),
              amount_set: moneySet(line.discountMinor, order.currency),
              discount_application_index: 0,
            },
          ],
  };
}

export function moneySet(minor: number, currency: string) {
  const money = { amount: decimal(minor, currency), currency_code: currency };
  return { shop_money: money, presentment_money: money };
}

export function taxLinesPayload(order: Order, taxMinor: number) {
  if (order.taxRate === 0) return [];
  return [
    {
      channel_liable: false,
      price: decimal(taxMinor, order.currency),
      price_set: moneySet(taxMinor, order.currency),
      rate: order.taxRate / 10_000,
      title: order.taxesIncluded ? 'VAT' : 'State Tax',
    },
  ];
}
