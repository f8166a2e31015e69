import { createHash } from 'node:crypto';
import type { WebhookDelivery } from '@loyalnest/shopify/webhooks/webhook-door';

/** What is kept of a delivery. */
export type KeptDelivery = Pick<WebhookDelivery, 'topic' | 'shop' | 'webhookId' | 'triggeredAt' | 'rawBody' | 'body'>;

/** What a kept delivery is known by. */
export type FailureKey = { merchantId: number; topic: string; webhookId: string };

/** Shopify's ids are UUIDs; what is longer or of other signs is not one of them. */
const usableId = /^[\x21-\x7e]{1,64}$/;

/** A delivery without a usable id is known by its bytes. */
export function failureKeyOf({ shop, topic, webhookId, rawBody }: KeptDelivery): FailureKey {
  const id = usableId.test(webhookId) ? webhookId : createHash('sha256').update(rawBody).digest('hex');
  return { merchantId: shop.merchantId, topic, webhookId: id };
}

/** The key as callers see it: opaque, and safe in a path. */
export function failureId({ topic, webhookId }: Pick<FailureKey, 'topic' | 'webhookId'>): string {
  return Buffer.from(`${topic} ${webhookId}`).toString('base64url');
}

/** `undefined` for what `failureId` never made. */
export function parseFailureId(merchantId: number, id: string): FailureKey | undefined {
  const [topic = '', webhookId = '', ...more] = Buffer.from(id, 'base64url').toString('utf8').split(' ');
  const isOurs = /^[a-z_]+\/[a-z_]+$/.test(topic) && usableId.test(webhookId) && more.length === 0;
  return isOurs ? { merchantId, topic, webhookId } : undefined;
}

/** The place a kept body belongs to. */
export function failureContext({ merchantId, topic, webhookId }: FailureKey): string {
  return `webhook-failures/${merchantId}/${topic}/${webhookId}`;
}

/** Whose and which order's a delivery is. Orders name their customer, refunds only their order. */
export type FailureSubject = { customerId: number | null; orderId: number | null };

export function failureSubject({ topic, body }: Pick<KeptDelivery, 'topic' | 'body'>): FailureSubject {
  const { id, order_id, customer } = (body ?? {}) as { id?: unknown; order_id?: unknown; customer?: { id?: unknown } };
  return { customerId: idOf(customer?.id), orderId: idOf(topic.startsWith('refunds/') ? order_id : id) };
}

function idOf(value: unknown): number | null {
  return Number.isSafeInteger(value) ? (value as number) : null;
}
