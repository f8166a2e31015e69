import type { Database } from '@loyalnest/platform/database/database';
import type { WebhookDelivery } from '@loyalnest/shopify/webhooks/webhook-door';

export type FailureReason = 'invalid-json' | 'invalid-payload' | 'unknown-currency' | 'invalid-amount' | 'not-postable';

export type Failure = { delivery: WebhookDelivery; reason: FailureReason; detail: string; now: Date };

/** Keeps a delivery whole, once however often Shopify repeats it. */
export async function keepFailure(database: Database, { delivery, reason, detail, now }: Failure): Promise<void> {
  const { merchantId } = delivery.shop;
  await database.forMerchant(merchantId, (tx) =>
    tx.query(
      `insert into webhook_failures (merchant_id, topic, webhook_id, body, triggered_at, reason, detail, failed_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8)
       on conflict (merchant_id, topic, webhook_id) do update set
         attempts = webhook_failures.attempts + 1, reason = excluded.reason, detail = excluded.detail,
         failed_at = excluded.failed_at, resolved_at = null`,
      [merchantId, delivery.topic, delivery.webhookId, delivery.rawBody, delivery.triggeredAt, reason, detail, now],
    ),
  );
}
