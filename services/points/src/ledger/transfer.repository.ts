import { textArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import type { Account, LotShare, Transfer, TransferKind } from './transfer.ts';

export type TransferRow = {
  merchant_id: number;
  transfer_id: number;
  created_at: Date;
  customer_id: number;
  kind: TransferKind;
  from_account: Account;
  to_account: Account;
  points: number;
  shortfall: number;
  business_key: string;
  order_id: number | null;
  redemption_id: number | null;
  reverses_transfer_id: number | null;
  rule_version: number | null;
  lots: LotShare[] | null;
  reason: string | null;
  actor: string;
};

/**
 * The transfers that used these business keys. The key's row names the partition, so only that one is read. Columns are named,
 * because a prepared statement fails when the next version's migration adds one to what it gives.
 */
export async function findTransfersByKey(
  tx: Tx,
  { merchantId, businessKeys }: { merchantId: number; businessKeys: readonly string[] },
): Promise<Transfer[]> {
  const rows = await tx.query<TransferRow>(
    `select merchant_id, transfer_id, created_at, customer_id, kind, from_account, to_account, points, shortfall,
       points_transactions.business_key, order_id, redemption_id, reverses_transfer_id, rule_version, lots, reason, actor
     from transfer_keys
     join points_transactions using (merchant_id, transfer_id, created_at)
     where transfer_keys.merchant_id = $1 and transfer_keys.business_key = any ($2::text[])`,
    [merchantId, textArray(businessKeys)],
    'find-transfers-by-key',
  );
  return rows.map(transferFromRow);
}

export function transferFromRow(row: TransferRow): Transfer {
  return {
    merchantId: row.merchant_id,
    transferId: row.transfer_id,
    customerId: row.customer_id,
    kind: row.kind,
    from: row.from_account,
    to: row.to_account,
    points: row.points,
    shortfall: row.shortfall,
    businessKey: row.business_key,
    orderId: row.order_id,
    redemptionId: row.redemption_id,
    reversesTransferId: row.reverses_transfer_id,
    ruleVersion: row.rule_version,
    lots: row.lots,
    reason: row.reason,
    actor: row.actor,
  };
}
