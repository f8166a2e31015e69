import { jsonArray, textArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';

export type AuditAction =
  | 'merchant.installed'
  | 'merchant.uninstalled'
  | 'merchant.redacted'
  | 'customer.redacted'
  | 'customer.data_collected'
  | 'customer.data_read'
  | 'webhook.read'
  | 'webhook.retried'
  | 'webhook.discarded';

/** One line of the audit log. `subject` and `details` hold ids and counts, never personal data. */
export type AuditEntry = {
  merchantId: number;
  /** `system`, `shopify`, or `staff/<id>`. */
  actor: string;
  action: AuditAction;
  subject: string;
  details?: Readonly<Record<string, string | number | boolean | null>>;
};

/** Writes entries in the transaction of what they tell, so that neither exists without the other. */
export async function recordAudit(tx: Tx, entries: readonly AuditEntry[], now: Date): Promise<void> {
  if (entries.length === 0) return;
  await tx.query(
    `insert into audit_logs (created_at, merchant_id, actor, action, subject, details)
     select $1::timestamptz, * from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::jsonb[])`,
    [
      now.toISOString(),
      entries.map((entry) => entry.merchantId),
      textArray(entries.map((entry) => entry.actor)),
      textArray(entries.map((entry) => entry.action)),
      textArray(entries.map((entry) => entry.subject)),
      jsonArray(entries.map((entry) => entry.details ?? {})),
    ],
  );
}

/** What was done to one subject, oldest first. Relies on the primary key. */
export async function listAudit(
  tx: Tx,
  merchantId: number,
  subject: string,
): Promise<{ createdAt: Date; actor: string; action: AuditAction }[]> {
  const rows = await tx.query<{ created_at: Date; actor: string; action: AuditAction }>(
    `select created_at, actor, action from audit_logs where merchant_id = $1 and subject = $2 order by audit_log_id`,
    [merchantId, subject],
  );
  return rows.map((row) => ({ createdAt: row.created_at, actor: row.actor, action: row.action }));
}
