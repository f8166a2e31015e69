import type { Customer, Shop } from '../../state/entities.ts';
import { gid } from '../../time/ids.ts';
import { shopTime } from '../../time/shop-time.ts';

/** The REST customer: the body of `customers/*` and a part of an order. */
export function customerPayload(shop: Shop, customer: Customer): Record<string, unknown> {
  const address = addressPayload(customer);
  return {
    id: customer.id,
    admin_graphql_api_id: gid('Customer', customer.id),
    created_at: shopTime(customer.createdAt, shop.timezone),
    updated_at: shopTime(customer.updatedAt, shop.timezone),
    first_name: customer.firstName,
    last_name: customer.lastName,
    state: 'enabled',
    note: customer.note,
    verified_email: true,
    multipass_identifier: null,
    tax_exempt: false,
    email: customer.email,
    phone: customer.phone,
    currency: shop.currency,
    tax_exemptions: [],
    tags: customer.tags.join(', '),
    email_marketing_consent: customer.email === null ? null : consent(customer),
    sms_marketing_consent: null,
    default_address: {
      id: customer.id + 1,
      customer_id: customer.id,
      ...address,
      default: true,
    },
  };
}

/** Orders carry the customer's address; all customers of the simulator live in one street. */
export function addressPayload(customer: Customer): Record<string, unknown> {
  return {
    first_name: customer.firstName,
    last_name: customer.lastName,
    address1: '150 Elgin Street',
    address2: null,
    city: 'Ottawa',
    zip: 'K2P 1L4',
    province: 'Ontario',
    country: 'Canada',
    company: null,
    phone: customer.phone,
    latitude: 45.4203,
    longitude: -75.6906,
    name: customerName(customer),
    country_code: 'CA',
    province_code: 'ON',
  };
}

/** Deleting tells little more than the id. */
export function deletedCustomerPayload(customer: Customer): Record<string, unknown> {
  return {
    id: customer.id,
    phone: customer.phone,
    addresses: [],
    tax_exemptions: [],
    email_marketing_consent: null,
    sms_marketing_consent: null,
    admin_graphql_api_id: gid('Customer', customer.id),
  };
}

export function mergedCustomersPayload(kept: Customer, deleted: Customer): Record<string, unknown> {
  return {
    admin_graphql_api_customer_kept_id: gid('Customer', kept.id),
    admin_graphql_api_customer_deleted_id: gid('Customer', deleted.id),
    admin_graphql_api_job_id: null,
    status: 'completed',
    errors: [],
  };
}

export function customerName(customer: Customer): string {
  return [customer.firstName, customer.lastName].filter(Boolean).join(' ');
}

function consent(customer: Customer) {
  return {
    state: customer.acceptsMarketing ? 'subscribed' : 'not_subscribed',
    opt_in_level: 'single_opt_in',
    consent_updated_at: null,
  };
}
