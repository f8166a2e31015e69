import { z } from 'zod';
import { defineEvent, type EventType } from './event.ts';

const id = z.number().int();
const points = z.number().int();

const shop = z.object({
  merchantId: id,
  shopDomain: z.string(),
  currency: z.string(),
  timezone: z.string(),
  isInstalled: z.boolean(),
});

const appChange = { merchantId: id, shopDomain: z.string(), changedAt: z.string() };

export const appUninstalled = defineEvent({
  service: 'auth',
  name: 'app.uninstalled.v1',
  description:
    'Shopify says that a shop removed the app, at `changedAt` of its clock; the tokens are deleted. Published only if the shop has not installed it again since.',
  schema: z.object(appChange),
});

export const appScopesChanged = defineEvent({
  service: 'auth',
  name: 'app.scopes_changed.v1',
  description: 'A shop granted the app other access scopes.',
  schema: z.object({ ...appChange, scopes: z.array(z.string()) }),
});

export const merchantInstalled = defineEvent({
  service: 'admin-core',
  name: 'merchant.installed.v1',
  description: 'A shop installed LoyalNest, for the first time or again.',
  schema: shop,
});

export const merchantUpdated = defineEvent({
  service: 'admin-core',
  name: 'merchant.updated.v1',
  description: 'A shop changed its domain, currency or time zone.',
  schema: shop,
});

export const merchantUninstalled = defineEvent({
  service: 'admin-core',
  name: 'merchant.uninstalled.v1',
  description: 'A shop removed LoyalNest. Its data stays until Shopify asks for its redaction.',
  schema: shop,
});

export const merchantRedacted = defineEvent({
  service: 'admin-core',
  name: 'merchant.redacted.v1',
  description: "Shopify asked for a shop's data to be erased, and it was.",
  schema: z.object({ merchantId: id, shopDomain: z.string() }),
});

export const customerCreated = defineEvent({
  service: 'admin-core',
  name: 'customer.created.v1',
  description: 'A shopper opened an account in the shop.',
  schema: z.object({ merchantId: id, customerId: id, createdAt: z.string() }),
});

export const customerMerged = defineEvent({
  service: 'admin-core',
  name: 'customer.merged.v1',
  description: 'Shopify joined two customers into one; the other no longer exists.',
  schema: z.object({ merchantId: id, keptCustomerId: id, mergedCustomerId: id }),
});

export const customerDeleted = defineEvent({
  service: 'admin-core',
  name: 'customer.deleted.v1',
  description: 'A customer was deleted in the shop, or redacted at their request.',
  schema: z.object({ merchantId: id, customerId: id, isRedacted: z.boolean() }),
});

export const gdprRequestSubmitted = defineEvent({
  service: 'admin-core',
  name: 'gdpr.request_submitted.v1',
  description: 'A privacy request came in, from Shopify or from a shopper.',
  schema: z.object({ merchantId: id, requestId: id, kind: z.enum(['data_request', 'customer_redact', 'shop_redact']) }),
});

const transfer = z.object({
  merchantId: id,
  customerId: id,
  transferId: id,
  points,
  orderId: id.nullable(),
  redemptionId: id.nullable(),
  businessKey: z.string(),
  pending: points,
  available: points,
  held: points,
});

function transferEvent<Name extends string>(name: Name, description: string) {
  return defineEvent({ service: 'points', name, description, schema: transfer });
}

export const pointsEarned = transferEvent('points.earned.v1', 'A customer earned points, pending or available.');
export const pointsApproved = transferEvent('points.approved.v1', 'Pending points became available.');
export const pointsVoided = transferEvent('points.voided.v1', 'Pending points were taken back before approval.');
export const pointsClawedBack = transferEvent(
  'points.clawed_back.v1',
  'Available points were taken back after approval.',
);
export const pointsHeld = transferEvent('points.held.v1', 'Points were set aside for a reward.');
export const pointsRedeemed = transferEvent('points.redeemed.v1', 'An order used a reward; its points are spent.');
export const pointsReleased = transferEvent('points.released.v1', 'A reward was not used; its points came back.');
export const pointsRestored = transferEvent(
  'points.restored.v1',
  'The order that used a reward was refunded; points came back.',
);
export const pointsExpired = transferEvent('points.expired.v1', 'Points passed their date.');
export const pointsAdjusted = transferEvent('points.adjusted.v1', 'A person changed a balance by hand.');
export const pointsMigrated = transferEvent('points.migrated.v1', 'Points moved by an import or a customer merge.');

export const programmeChanged = defineEvent({
  service: 'points',
  name: 'programme.changed.v1',
  description: 'A merchant saved a new version of the programme.',
  schema: z.object({ merchantId: id, version: z.number().int(), changedBy: z.string() }),
});

/** Every event of the product. Reference: docs/events.md, generated from this list. */
export const eventTypes: readonly EventType[] = [
  appScopesChanged,
  appUninstalled,
  merchantInstalled,
  merchantUpdated,
  merchantUninstalled,
  merchantRedacted,
  customerCreated,
  customerMerged,
  customerDeleted,
  gdprRequestSubmitted,
  pointsEarned,
  pointsApproved,
  pointsVoided,
  pointsClawedBack,
  pointsHeld,
  pointsRedeemed,
  pointsReleased,
  pointsRestored,
  pointsExpired,
  pointsAdjusted,
  pointsMigrated,
  programmeChanged,
];
