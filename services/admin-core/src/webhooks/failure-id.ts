import type { FailureKey } from './webhook-failure.repository.ts';

/** Shopify's ids are UUIDs; what is longer, or of signs that no id has, is not one of them. */
const usableId = /^[\x21-\x7e]{1,64}$/;

export function isUsableId(webhookId: string): boolean {
  return usableId.test(webhookId);
}

/** The key as callers see it: opaque, and safe in a path. */
export function failureId({ topic, webhookId }: Pick<FailureKey, 'topic' | 'webhookId'>): string {
  return Buffer.from(`${topic} ${webhookId}`).toString('base64url');
}

/** `undefined` for what `failureId` never made. */
export function parseFailureId(merchantId: number, id: string): FailureKey | undefined {
  const [topic = '', webhookId = '', ...more] = Buffer.from(id, 'base64url').toString('utf8').split(' ');
  const isOurs = /^[a-z_]+\/[a-z_]+$/.test(topic) && isUsableId(webhookId) && more.length === 0;
  return isOurs ? { merchantId, topic, webhookId } : undefined;
}
