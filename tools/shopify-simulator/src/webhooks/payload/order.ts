import { decimal } from '../../commerce/money.ts';
import { financialStatus, fulfillmentStatus, gatewaysOf, orderTotals } from '../../commerce/totals.ts';
import type { Customer, Order, Shop } from '../../state/entities.ts';
import { gid } from '../../time/ids.ts';
import { shopTime } from '../../time/shop-time.ts';
import { addressPayload, customerPayload } from './customer.ts';
import { linePayload, moneySet, taxLinesPayload } from './line.ts';
import { refundPayload } from './refund.ts';

export type OrderFacts = { shop: Shop; order: Order; customer: Customer | undefined };

/** The REST order of the webhooks `orders/*`. */
export function orderPayload({ shop, order, customer }: OrderFacts): Record<string, unknown> {
  const totals = orderTotals(order);
  const text = (minor: number) => decimal(minor, order.currency);
  const set = (minor: number) => moneySet(minor, order.currency);
  const time = (atMs: number | null) => (atMs === null ? null : shopTime(atMs, shop.timezone));
  const status = financialStatus(order, totals);
  const address = customer ? addressPayload(customer) : null;
  const taxLines = taxLinesPayload(order, totals.taxMinor);
  return {
    id: order.id,
    admin_graphql_api_id: gid('Order', order.id),
    app_id: 580111,
    browser_ip: '203.0.113.7',
    buyer_accepts_marketing: customer?.acceptsMarketing ?? false,
    cancel_reason: order.cancelReason,
    cancelled_at: time(order.cancelledAt),
    cart_token: null,
    checkout_id: order.id + 1,
    checkout_token: order.id.toString(16).padStart(32, '0'),
    client_details: null,
    closed_at: time(order.cancelledAt),
    confirmation_number: order.number.toString(36).toUpperCase().padStart(9, 'X'),
    confirmed: true,
    contact_email: order.email,
    created_at: time(order.createdAt),
    currency: order.currency,
    current_shipping_price_set: set(totals.currentShippingMinor),
    current_subtotal_price: text(totals.currentSubtotalMinor),
    current_subtotal_price_set: set(totals.currentSubtotalMinor),
    current_total_additional_fees_set: null,
    current_total_discounts: text(totals.currentDiscountsMinor),
    current_total_discounts_set: set(totals.currentDiscountsMinor),
    current_total_duties_set: null,
    current_total_price: text(totals.currentTotalMinor),
    current_total_price_set: set(totals.currentTotalMinor),
    current_total_tax: text(totals.currentTaxMinor),
    current_total_tax_set: set(totals.currentTaxMinor),
    customer_locale: 'en',
    device_id: null,
    discount_codes: discountCodes(order),
    duties_included: false,
    email: order.email ?? '',
    estimated_taxes: false,
    financial_status: status,
    fulfillment_status: order.fulfilledAt === null ? null : fulfillmentStatus(order),
    landing_site: '/',
    landing_site_ref: null,
    location_id: null,
    merchant_business_entity_id: 'MTU0ODM4MDAwOQ',
    merchant_of_record_app_id: null,
    name: `#${order.number}`,
    note: order.note,
    note_attributes: [],
    number: order.number - 1000,
    order_number: order.number,
    order_status_url: `https://${shop.domain}/orders/${order.id}`,
    original_total_additional_fees_set: null,
    original_total_duties_set: null,
    payment_gateway_names: gatewaysOf(order),
    phone: null,
    po_number: null,
    presentment_currency: order.currency,
    processed_at: time(order.createdAt),
    reference: null,
    referring_site: null,
    source_identifier: null,
    source_name: order.sourceName,
    source_url: null,
    subtotal_price: text(totals.subtotalMinor),
    subtotal_price_set: set(totals.subtotalMinor),
    tags: order.tags.join(', '),
    tax_exempt: false,
    tax_lines: taxLines,
    taxes_included: order.taxesIncluded,
    test: order.test,
    token: order.id.toString(16).padStart(32, 'f'),
    total_cash_rounding_payment_adjustment_set: set(0),
    total_cash_rounding_refund_adjustment_set: set(0),
    total_discounts: text(totals.discountsMinor),
    total_discounts_set: set(totals.discountsMinor),
    total_line_items_price: text(totals.lineItemsMinor),
    total_line_items_price_set: set(totals.lineItemsMinor),
    total_outstanding: text(Math.max(totals.outstandingMinor, 0)),
    total_price: text(totals.totalMinor),
    total_price_set: set(totals.totalMinor),
    total_shipping_price_set: set(totals.shippingMinor),
    total_tax: text(totals.taxMinor),
    total_tax_set: set(totals.taxMinor),
    total_tip_received: text(0),
    total_weight: 0,
    updated_at: time(order.updatedAt),
    user_id: null,
    billing_address: address,
    customer: customer ? customerPayload(shop, customer) : null,
    discount_applications: discountApplications(order),
    fulfillments: [],
    line_items: order.lines.map((line) => linePayload(order, line)),
    payment_terms: null,
    refunds: order.refunds.map((refund) => refundPayload(shop, order, refund)),
    shipping_address: address,
    shipping_lines: shippingLines(order),
    returns: [],
    line_item_groups: [],
  };
}

function discountCodes(order: Order) {
  if (!order.discount) return [];
  const { code, kind } = order.discount;
  const minor = kind === 'free_shipping' ? order.shippingDiscountMinor : lineDiscounts(order);
  return [{ code, amount: decimal(minor, order.currency), type: kind === 'free_shipping' ? 'shipping' : kind }];
}

function discountApplications(order: Order) {
  if (!order.discount) return [];
  const { code, kind, value } = order.discount;
  const shipping = kind === 'free_shipping';
  return [
    {
      target_type: shipping ? 'shipping_line' : 'line_item',
      type: 'discount_code',
      value: shipping ? '100.0' : kind === 'percentage' ? (value / 100).toFixed(1) : decimal(value, order.currency),
      value_type: kind === 'fixed_amount' ? 'fixed_amount' : 'percentage',
      allocation_method: shipping ? 'each' : 'across',
      target_selection: 'all',
      code,
    },
  ];
}

function shippingLines(order: Order) {
  if (order.shippingMinor === 0) return [];
  const discounted = order.shippingMinor - order.shippingDiscountMinor;
  return [
    {
      id: order.id + 2,
      carrier_identifier: null,
      code: 'Standard',
      current_discounted_price_set: moneySet(discounted, order.currency),
      discounted_price: decimal(discounted, order.currency),
      discounted_price_set: moneySet(discounted, order.currency),
      is_removed: false,
      phone: null,
      price: decimal(order.shippingMinor, order.currency),
      price_set: moneySet(order.shippingMinor, order.currency),
      requested_fulfillment_service_id: null,
      source: 'shopify',
      title: 'Standard',
      tax_lines: [],
      discount_allocations:
        order.shippingDiscountMinor === 0
          ? []
          : [
              {
                amount: decimal(order.shippingDiscountMinor, order.currency),
                amount_set: moneySet(order.shippingDiscountMinor, order.currency),
                discount_application_index: 0,
              },
            ],
    },
  ];
}

export function lineDiscounts(order: Order): number {
  return order.lines.reduce((total, line) => total + line.discountMinor, 0);
}
