/** One article of an order, in cents. */
export type Article = { title: string; priceMinor: number; quantity: number };

export type OrderDraft = {
  orderId: number;
  customerId: number;
  number: number;
  shopDomain: string;
  articles: readonly Article[];
  shippingMinor: number;
  at: Date;
};

const currency = 'EUR';

/**
 * The body of `orders/paid` as Shopify sends it: every field of the REST order, of which the product reads a few.
 * https://shopify.dev/docs/api/admin-rest/latest/resources/order
 */
export function shopifyOrder(draft: OrderDraft): Record<string, unknown> {
  const { orderId, customerId, at } = draft;
  const subtotalMinor = draft.articles.reduce((total, { priceMinor, quantity }) => total + priceMinor * quantity, 0);
  const totalMinor = subtotalMinor + draft.shippingMinor;
  const time = at.toISOString().replace('.000Z', '+00:00');
  const address = addressOf(customerId);
  return {
    id: orderId,
    admin_graphql_api_id: `gid://shopify/Order/${orderId}`,
    app_id: 580_111,
    browser_ip: '203.0.113.7',
    buyer_accepts_marketing: false,
    cancel_reason: null,
    cancelled_at: null,
    cart_token: null,
    checkout_id: 37_216_003_459_191,
    checkout_token: '5b8ce9dcc1a0a3d0f5a3c2f8e1a1e6f7',
    client_details: null,
    closed_at: null,
    confirmation_number: 'XPCK2T3QL',
    confirmed: true,
    contact_email: `shopper-${customerId}@example.com`,
    created_at: time,
    currency,
    ...amounts('current_', { subtotalMinor, totalMinor }),
    current_shipping_price_set: moneySet(draft.shippingMinor),
    customer_locale: 'en',
    device_id: null,
    discount_codes: [],
    duties_included: false,
    email: `shopper-${customerId}@example.com`,
    estimated_taxes: false,
    financial_status: 'paid',
    fulfillment_status: null,
    landing_site: '/',
    location_id: null,
    merchant_business_entity_id: 'MTU0ODM4MDAwOQ',
    name: `#${draft.number}`,
    note: null,
    note_attributes: [],
    number: draft.number - 1_000,
    order_number: draft.number,
    order_status_url: `https://${draft.shopDomain}/orders/${orderId}`,
    payment_gateway_names: ['shopify_payments'],
    phone: null,
    presentment_currency: currency,
    processed_at: time,
    source_name: 'web',
    ...amounts('', { subtotalMinor, totalMinor }),
    tags: '',
    tax_exempt: false,
    tax_lines: [],
    taxes_included: false,
    test: false,
    token: 'fe8c9b0a5a2b4f0c9d1e7a6b3c2d1f0e',
    total_line_items_price: decimal(subtotalMinor),
    total_line_items_price_set: moneySet(subtotalMinor),
    total_outstanding: '0.00',
    total_shipping_price_set: moneySet(draft.shippingMinor),
    total_tip_received: '0.00',
    total_weight: 0,
    updated_at: time,
    user_id: null,
    billing_address: address,
    customer: {
      id: customerId,
      admin_graphql_api_id: `gid://shopify/Customer/${customerId}`,
      created_at: time,
      updated_at: time,
      first_name: 'Bench',
      last_name: `Shopper ${customerId}`,
      state: 'enabled',
      note: null,
      verified_email: true,
      tax_exempt: false,
      email: `shopper-${customerId}@example.com`,
      phone: null,
      currency,
      tax_exemptions: [],
      tags: '',
      default_address: { id: 9_100_000_000_001, customer_id: customerId, ...address, default: true },
    },
    discount_applications: [],
    fulfillments: [],
    line_items: draft.articles.map(lineItem),
    payment_terms: null,
    refunds: [],
    shipping_address: address,
    shipping_lines: [shippingLine(draft.shippingMinor)],
    returns: [],
    line_item_groups: [],
  };
}

function amounts(prefix: string, { subtotalMinor, totalMinor }: { subtotalMinor: number; totalMinor: number }) {
  const all = { subtotal_price: subtotalMinor, total_discounts: 0, total_price: totalMinor, total_tax: 0 };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, minor]) => [
      [`${prefix}${name}`, decimal(minor)],
      [`${prefix}${name}_set`, moneySet(minor)],
    ]),
  );
}

function lineItem({ title, priceMinor, quantity }: Article, index: number) {
  const id = 15_100_000_000_001 + index;
  return {
    id,
    admin_graphql_api_id: `gid://shopify/LineItem/${id}`,
    attributed_staffs: [],
    current_quantity: quantity,
    fulfillable_quantity: quantity,
    fulfillment_service: 'manual',
    fulfillment_status: null,
    gift_card: false,
    grams: 0,
    name: title,
    price: decimal(priceMinor),
    price_set: moneySet(priceMinor),
    product_exists: true,
    product_id: 8_200_000_000_001 + index,
    properties: [],
    quantity,
    requires_shipping: true,
    sales_line_item_group_id: null,
    sku: `BENCH-${index + 1}`,
    taxable: true,
    title,
    total_discount: '0.00',
    total_discount_set: moneySet(0),
    variant_id: 45_300_000_000_001 + index,
    variant_inventory_management: 'shopify',
    variant_title: null,
    vendor: 'Bench',
    tax_lines: [],
    duties: [],
    discount_allocations: [],
  };
}

function shippingLine(minor: number) {
  return {
    id: 5_400_000_000_001,
    carrier_identifier: null,
    code: 'Standard',
    current_discounted_price_set: moneySet(minor),
    discounted_price: decimal(minor),
    discounted_price_set: moneySet(minor),
    is_removed: false,
    phone: null,
    price: decimal(minor),
    price_set: moneySet(minor),
    requested_fulfillment_service_id: null,
    source: 'shopify',
    title: 'Standard',
    tax_lines: [],
    discount_allocations: [],
  };
}

function addressOf(customerId: number) {
  return {
    first_name: 'Bench',
    last_name: `Shopper ${customerId}`,
    address1: '150 Elgin Street',
    address2: null,
    city: 'Ottawa',
    zip: 'K2P 1L4',
    province: 'Ontario',
    country: 'Canada',
    company: null,
    phone: null,
    latitude: 45.4203,
    longitude: -75.6906,
    name: `Bench Shopper ${customerId}`,
    country_code: 'CA',
    province_code: 'ON',
  };
}

function moneySet(minor: number) {
  const money = { amount: decimal(minor), currency_code: currency };
  return { shop_money: money, presentment_money: money };
}

function decimal(minor: number): string {
  return (minor / 100).toFixed(2);
}
