import type { Tx } from '@loyalnest/platform/database/database';
import type { FailureKey, FailureSubject } from './failure-key.ts';

export type FailureReason = 'invalid-json' | 'invalid-payload' | 'unknown-currency' | 'invalid-amount' | 'not-postable';

export type Failure = { reason: FailureReason; detail: string };

/** A delivery that waits for a person. `detail` names fields, never values. */
export type KeptFailure = FailureKey & Failure & { attempts: number; triggeredAt: Date | null; failedAt: Date };

type FailureRow = {
  topic: string;
  webhook_id: string;
  reason: FailureReason;
  detail: string;
  attempts: number;
  triggered_at: Date | null;
  failed_at: Date;
};

const columns = 'topic, webhook_id, reason, detail, attempts, triggered_at, failed_at';

/**
 * Keeps a delivery once, however often Shopify repeats it. A refund belongs to its order's customer, if the order is known.
 */
export async function insertFailure(
  tx: Tx,
  kept: FailureKey & FailureSubject & Failure & { body: Buffer; triggeredAt: Date | null; failedAt: Date },
): Promise<void> {
  await tx.query(
    `insert into webhook_failures
       (merchant_id, topic, webhook_id, body, triggered_at, reason, detail, failed_at, kept_at, order_id, customer_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9,
       coalesce($10, (select customer_id from orders where merchant_id = $1 and order_id = $9)))
     on conflict (merchant_id, topic, webhook_id) do update set
       attempts = webhook_failures.attempts + 1, reason = excluded.reason, detail = excluded.detail,
       body = excluded.body, failed_at = excluded.failed_at, resolved_at = null, resolved_by = null`,
    [
      kept.merchantId,
      kept.topic,
      kept.webhookId,
      kept.body,
      kept.triggeredAt,
      kept.reason,
      kept.detail,
      kept.failedAt,
      kept.orderId,
      kept.customerId,
    ],
  );
}

export type FailurePlace = { at: string; topic: string; webhookId: string };

/** What waits for a person, newest first. Relies on the primary key. */
export async function listFailures(
  tx: Tx,
  of: { merchantId: number; place: FailurePlace | undefined; limit: number },
): Promise<KeptFailure[]> {
  const { merchantId, place, limit } = of;
  const rows = await tx.query<FailureRow>(
    `select ${columns}
     from webhook_failures
     where merchant_id = $1 and resolved_at is null and (failed_at, topic, webhook_id) < ($2, $3, $4)
     order by failed_at desc, topic desc, webhook_id desc
     limit $5`,
    [merchantId, place?.at ?? 'infinity', place?.topic ?? '', place?.webhookId ?? '', limit],
  );
  return rows.map((row) => fromRow(merchantId, row));
}

/** Those whose last try is longest ago. */
export async function findOldestFailures(tx: Tx, merchantId: number, limit: number): Promise<FailureKey[]> {
  const rows = await tx.query<Pick<FailureRow, 'topic' | 'webhook_id'>>(
    `select topic, webhook_id
     from webhook_failures
     where merchant_id = $1 and resolved_at is null
     order by failed_at, topic, webhook_id
     limit $2`,
    [merchantId, limit],
  );
  return rows.map((row) => ({ merchantId, topic: row.topic, webhookId: row.webhook_id }));
}

/** A delivery that waits, with its body as it is stored. */
export async function findFailure(tx: Tx, key: FailureKey): Promise<(KeptFailure & { body: Buffer }) | undefined> {
  const [row] = await tx.query<FailureRow & { body: Buffer }>(
    `select ${columns}, body
     from webhook_failures
     where merchant_id = $1 and topic = $2 and webhook_id = $3 and resolved_at is null`,
    [key.merchantId, key.topic, key.webhookId],
  );
  return row && { ...fromRow(key.merchantId, row), body: row.body };
}

export async function countAttempt(tx: Tx, key: FailureKey, failure: Failure & { failedAt: Date }): Promise<void> {
  await tx.query(
    `update webhook_failures set attempts = attempts + 1, reason = $4, detail = $5, failed_at = $6
     where merchant_id = $1 and topic = $2 and webhook_id = $3 and resolved_at is null`,
    [key.merchantId, key.topic, key.webhookId, failure.reason, failure.detail, failure.failedAt],
  );
}

/** Who dealt with it stays on record; the body, which names people, is no longer needed. */
export async function resolveFailure(
  tx: Tx,
  key: FailureKey,
  { resolvedBy, now }: { resolvedBy: string; now: Date },
): Promise<void> {
  await tx.query(
    `update webhook_failures set resolved_at = $4, resolved_by = $5, body = null
     where merchant_id = $1 and topic = $2 and webhook_id = $3 and resolved_at is null`,
    [key.merchantId, key.topic, key.webhookId, now, resolvedBy],
  );
}

type Customer = { merchantId: number; customerId: number };

/**
 * Removes what names a customer: deliveries about them or those who were merged into them, and about orders that are theirs.
 * Relies on `webhook_failures_by_customer`, `customer_balances_merged`, `orders_by_customer` and `webhook_failures_by_order`.
 */
export async function deleteFailuresOfCustomer(tx: Tx, { merchantId, customerId }: Customer): Promise<void> {
  await tx.query(
    `delete from webhook_failures
     where merchant_id = $1 and customer_id in (
       select $2::bigint
       union all
       select customer_id from customer_balances where merchant_id = $1 and merged_into = $2
     )`,
    [merchantId, customerId],
  );
  await tx.query(
    `delete from webhook_failures
     using orders
     where orders.merchant_id = $1 and orders.customer_id = $2
       and webhook_failures.merchant_id = $1 and webhook_failures.order_id = orders.order_id`,
    [merchantId, customerId],
  );
}

function fromRow(merchantId: number, row: FailureRow): KeptFailure {
  return {
    merchantId,
    topic: row.topic,
    webhookId: row.webhook_id,
    reason: row.reason,
    detail: row.detail,
    attempts: row.attempts,
    triggeredAt: row.triggered_at,
    failedAt: row.failed_at,
  };
}
