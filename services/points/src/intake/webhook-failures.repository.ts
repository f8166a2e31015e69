import type { Database } from '@loyalnest/platform/database/database';
import type { Encryption } from '@loyalnest/platform/crypto/encryption';
import type { WebhookDelivery } from '@loyalnest/shopify/webhooks/webhook-door';

export type FailureReason = 'invalid-json' | 'invalid-payload' | 'unknown-currency' | 'invalid-amount' | 'not-postable';

export type Failure = { delivery: WebhookDelivery; reason: FailureReason; detail: string; now: Date };

/**
 * Keeps a delivery whole, once however often Shopify repeats it. Payloads name people, so the body is encrypted.
 */
export async function keepFailure(database: Database, encryption: Encryption, failure: Failure): Promise<void> {
  const { delivery, reason, detail, now } = failure;
  const { merchantId } = delivery.shop;
  const body = await encryption.encrypt(delivery.rawBody.toString('latin1'), failureContext(delivery));
  await database.forMerchant(merchantId, (tx) =>
    tx.query(
      `insert into webhook_failures (merchant_id, topic, webhook_id, body, triggered_at, reason, detail, failed_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8)
       on conflict (merchant_id, topic, webhook_id) do update set
         attempts = webhook_failures.attempts + 1, reason = excluded.reason, detail = excluded.detail,
         failed_at = excluded.failed_at, resolved_at = null`,
      [merchantId, delivery.topic, delivery.webhookId, body, delivery.triggeredAt, reason, detail, now],
    ),
  );
}

/** The place a kept body belongs to. Bytes travel as latin1 text, one sign a byte, so that any body comes back as it was. */
export function failureContext({
  shop,
  topic,
  webhookId,
}: Pick<WebhookDelivery, 'shop' | 'topic' | 'webhookId'>): string {
  return `webhook-failures/${shop.merchantId}/${topic}/${webhookId}`;
}
