import { z } from 'zod';
import { parsePayload, UnusablePayload, type Notice } from '../webhooks/notice.ts';
import type { CustomerProfile } from './customer-profile.ts';
import type { ProfileNews } from './customer.ts';

/** Longer than any address, number or name that Shopify accepts. */
const textMax = 320;

const text = z
  .string()
  .max(textMax)
  .nullish()
  .transform((value) => (value?.trim() ? value : null));
const time = z.iso.datetime({ offset: true }).transform((value) => new Date(value));

export const customerId = z.number().int().positive();

const customerSchema = z.object({
  id: customerId,
  email: text,
  phone: text,
  first_name: text,
  last_name: text,
  locale: text,
  // What Shopify calls the state of the account: only `enabled` has one. A payload without it is taken at its topic's word.
  state: z.string().default('enabled'),
  created_at: time,
  updated_at: time,
});

const deletedSchema = z.object({ id: customerId });

const customerGid = z
  .string()
  .regex(/^gid:\/\/shopify\/Customer\/\d{1,16}$/)
  .transform((gid) => Number(gid.slice(gid.lastIndexOf('/') + 1)))
  .pipe(customerId);

const mergeSchema = z.object({
  admin_graphql_api_customer_kept_id: customerGid,
  admin_graphql_api_customer_deleted_id: customerGid,
  status: z.string(),
});

export type CustomerPayload = { customerId: number; news: ProfileNews; profile: CustomerProfile };

/** `customers/create` and `customers/update`. Throws `UnusablePayload`. */
export function readCustomer({ topic, body, triggeredAt }: Notice): CustomerPayload {
  const customer = parsePayload(customerSchema, body);
  return {
    customerId: customer.id,
    news: {
      kind: 'profile',
      isCreation: topic === 'customers/create',
      hasAccount: customer.state === 'enabled',
      createdAt: customer.created_at,
      time: { updatedAt: customer.updated_at, triggeredAt },
    },
    profile: {
      email: customer.email,
      phone: customer.phone,
      firstName: customer.first_name,
      lastName: customer.last_name,
      locale: customer.locale,
    },
  };
}

/** `customers/delete`. Throws `UnusablePayload`. */
export function readDeletedCustomer({ body }: Notice): number {
  return parsePayload(deletedSchema, body).id;
}

/** `customers/merge`; `undefined` when the merge did not come about. Throws `UnusablePayload`. */
export function readMerge({ body }: Notice): { keptId: number; mergedId: number } | undefined {
  const merge = parsePayload(mergeSchema, body);
  if (merge.status !== 'completed') return undefined;
  const { admin_graphql_api_customer_kept_id: keptId, admin_graphql_api_customer_deleted_id: mergedId } = merge;
  if (keptId === mergedId) throw new UnusablePayload('invalid-payload', 'A customer cannot be merged with itself.');
  return { keptId, mergedId };
}
