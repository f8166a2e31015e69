import type { Tx } from '@loyalnest/platform/database/database';
import type { UnusableReason } from './notice.ts';

export type FailureKey = { merchantId: number; topic: string; webhookId: string };
export type FailureReason = UnusableReason | 'not-processed';

/** A delivery that waits for a person. `detail` names fields and error classes, never values. */
export type WebhookFailure = FailureKey & {
  reason: FailureReason;
  detail: string;
  attempts: number;
  failedAt: Date;
  triggeredAt: Date | null;
};

export type KeptDelivery = Omit<WebhookFailure, 'attempts'> & {
  body: Buffer;
  keyVersion: number;
  customerId: number | null;
};

type Row = {
  topic: string;
  webhook_id: string;
  reason: FailureReason;
  detail: string;
  attempts: number;
  failed_at: Date;
  triggered_at: Date | null;
};

const columns = 'topic, webhook_id, reason, detail, attempts, failed_at, triggered_at';

/** A delivery that fails again keeps one row and counts. */
export async function insertFailure(tx: Tx, delivery: KeptDelivery): Promise<void> {
  await tx.query(
    `insert into webhook_failures
       (merchant_id, topic, webhook_id, body, key_version, customer_id, triggered_at, reason, detail, failed_at, kept_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
     on conflict (merchant_id, topic, webhook_id) do update set
       attempts = webhook_failures.attempts + 1, reason = excluded.reason, detail = excluded.detail, failed_at = excluded.failed_at`,
    [
      delivery.merchantId,
      delivery.topic,
      delivery.webhookId,
      delivery.body,
      delivery.keyVersion,
      delivery.customerId,
      delivery.triggeredAt,
      delivery.reason,
      delivery.detail,
      delivery.failedAt,
    ],
  );
}

export type FailurePlace = { at: string; topic: string; webhookId: string };
export type FailureList = { merchantId: number; place: FailurePlace | undefined; limit: number };

/** Newest first. Reads all of the merchant's by the primary key: nobody keeps many. */
export async function listFailures(tx: Tx, { merchantId, place, limit }: FailureList): Promise<WebhookFailure[]> {
  const rows = await tx.query<Row>(
    `select ${columns} from webhook_failures
     where merchant_id = $1 and (failed_at, topic, webhook_id) < ($2, $3, $4)
     order by failed_at desc, topic desc, webhook_id desc
     limit $5`,
    [merchantId, place?.at ?? 'infinity', place?.topic ?? '', place?.webhookId ?? '', limit],
  );
  return rows.map((row) => fromRow(merchantId, row));
}

/** Those whose last try is longest ago. */
export async function listOldestFailures(tx: Tx, merchantId: number, limit: number): Promise<FailureKey[]> {
  const rows = await tx.query<{ topic: string; webhook_id: string }>(
    `select topic, webhook_id from webhook_failures
     where merchant_id = $1
     order by failed_at, topic, webhook_id
     limit $2`,
    [merchantId, limit],
  );
  return rows.map((row) => ({ merchantId, topic: row.topic, webhookId: row.webhook_id }));
}

/** `body` is encrypted. */
export async function findFailure(tx: Tx, key: FailureKey): Promise<(WebhookFailure & { body: Buffer }) | undefined> {
  const [row] = await tx.query<Row & { body: Buffer }>(
    `select ${columns}, body from webhook_failures where merchant_id = $1 and topic = $2 and webhook_id = $3`,
    [key.merchantId, key.topic, key.webhookId],
  );
  return row && { ...fromRow(key.merchantId, row), body: row.body };
}

export async function countAttempt(
  tx: Tx,
  key: FailureKey,
  failure: Pick<WebhookFailure, 'reason' | 'detail' | 'failedAt'>,
): Promise<void> {
  await tx.query(
    `update webhook_failures set attempts = attempts + 1, reason = $4, detail = $5, failed_at = $6
     where merchant_id = $1 and topic = $2 and webhook_id = $3`,
    [key.merchantId, key.topic, key.webhookId, failure.reason, failure.detail, failure.failedAt],
  );
}

export async function deleteFailure(tx: Tx, key: FailureKey): Promise<boolean> {
  const rows = await tx.execute(
    'delete from webhook_failures where merchant_id = $1 and topic = $2 and webhook_id = $3',
    [key.merchantId, key.topic, key.webhookId],
  );
  return rows > 0;
}

export async function deleteFailuresOfCustomer(tx: Tx, merchantId: number, customerId: number): Promise<void> {
  await tx.query('delete from webhook_failures where merchant_id = $1 and customer_id = $2', [merchantId, customerId]);
}

export async function deleteFailuresOfMerchant(tx: Tx, merchantId: number): Promise<void> {
  await tx.query('delete from webhook_failures where merchant_id = $1', [merchantId]);
}

/** Relies on the index `webhook_failures_by_age`. */
export function deleteFailuresBefore(tx: Tx, merchantIds: readonly number[], time: Date): Promise<number> {
  return tx.execute('delete from webhook_failures where merchant_id = any ($1::bigint[]) and kept_at < $2', [
    merchantIds,
    time,
  ]);
}

function fromRow(merchantId: number, row: Row): WebhookFailure {
  return {
    merchantId,
    topic: row.topic,
    webhookId: row.webhook_id,
    reason: row.reason,
    detail: row.detail,
    attempts: row.attempts,
    failedAt: row.failed_at,
    triggeredAt: row.triggered_at,
  };
}
