import type { Customer, Order, OrderEdit, Shop } from '../../state/entities.ts';
import { gid } from '../../time/ids.ts';
import { shopTime } from '../../time/shop-time.ts';

/** The REST shop: the body of `shop/update` and `app/uninstalled`. */
export function shopPayload(shop: Shop): Record<string, unknown> {
  return {
    id: shop.id,
    name: shop.name,
    email: shop.email,
    domain: shop.domain,
    province: 'Ontario',
    country: 'CA',
    address1: '150 Elgin Street',
    zip: 'K2P 1L4',
    city: 'Ottawa',
    source: null,
    phone: '',
    latitude: 45.4203,
    longitude: -75.6906,
    primary_locale: 'en',
    address2: '',
    created_at: shopTime(shop.createdAt, shop.timezone),
    updated_at: shopTime(shop.updatedAt, shop.timezone),
    country_code: 'CA',
    country_name: 'Canada',
    currency: shop.currency,
    customer_email: shop.email,
    timezone: shop.timezone,
    iana_timezone: shop.timezone,
    shop_owner: `${shop.name} Owner`,
    money_format: '{{amount}}',
    money_with_currency_format: `{{amount}} ${shop.currency}`,
    weight_unit: 'kg',
    province_code: 'ON',
    taxes_included: shop.taxesIncluded,
    auto_configure_tax_inclusivity: null,
    tax_shipping: null,
    county_taxes: true,
    plan_display_name: PLAN_NAMES[shop.plan].display,
    plan_name: PLAN_NAMES[shop.plan].name,
    has_discounts: true,
    has_gift_cards: true,
    myshopify_domain: shop.domain,
    google_apps_domain: null,
    google_apps_login_enabled: null,
    money_in_emails_format: '{{amount}}',
    money_with_currency_in_emails_format: `{{amount}} ${shop.currency}`,
    eligible_for_payments: true,
    requires_extra_payments_agreement: false,
    password_enabled: false,
    has_storefront: true,
    finances: true,
    primary_location_id: shop.id + 1,
    checkout_api_supported: true,
    multi_location_enabled: true,
    setup_required: false,
    pre_launch_enabled: false,
    enabled_presentment_currencies: [shop.currency],
    marketing_sms_consent_enabled_at_checkout: false,
    transactional_sms_disabled: false,
  };
}

export const PLAN_NAMES = {
  standard: { name: 'basic', display: 'Basic' },
  advanced: { name: 'unlimited', display: 'Advanced' },
  plus: { name: 'shopify_plus', display: 'Shopify Plus' },
  enterprise: { name: 'enterprise', display: 'Commerce Components' },
} as const;

export function scopesPayload(shop: Shop, previous: string[], current: string[]): Record<string, unknown> {
  return { id: shop.id, previous, current, updated_at: shopTime(shop.updatedAt, shop.timezone), shop_id: shop.id };
}

export function orderEditPayload(shop: Shop, order: Order, edit: OrderEdit): Record<string, unknown> {
  const deltas = (changes: OrderEdit['additions']) => changes.map(({ lineId, delta }) => ({ id: lineId, delta }));
  return {
    order_edit: {
      id: edit.id,
      app_id: null,
      created_at: shopTime(edit.at, shop.timezone),
      committed_at: shopTime(edit.at, shop.timezone),
      notify_customer: false,
      order_id: order.id,
      staff_note: '',
      user_id: shop.id + 2,
      line_items: { additions: deltas(edit.additions), removals: deltas(edit.removals) },
      discounts: { line_item: { additions: [], removals: [] } },
      shipping_lines: { additions: [], removals: [] },
      admin_graphql_api_id: gid('CalculatedOrder', edit.id),
    },
  };
}

type Person = Pick<Customer, 'id' | 'email' | 'phone'>;

export function dataRequestPayload(
  shop: Shop,
  { id, email, phone }: Person,
  request: { id: number; orderIds: number[] },
): Record<string, unknown> {
  return {
    shop_id: shop.id,
    shop_domain: shop.domain,
    orders_requested: request.orderIds,
    customer: { id, email, phone },
    data_request: { id: request.id },
  };
}

export function customerRedactPayload(shop: Shop, { id, email, phone }: Person, orderIds: number[]) {
  return { shop_id: shop.id, shop_domain: shop.domain, customer: { id, email, phone }, orders_to_redact: orderIds };
}

export function shopRedactPayload(shop: Shop): Record<string, unknown> {
  return { shop_id: shop.id, shop_domain: shop.domain };
}
