import type { Tx } from '@loyalnest/platform/database/database';
import type { TransferKind } from '../ledger/transfer.ts';

export type HistoryRow = {
  transfer_id: number;
  created_at: Date;
  kind: TransferKind;
  from_account: string;
  to_account: string;
  points: number;
  shortfall: number;
  order_id: number | null;
  order_name: string | null;
  redemption_id: number | null;
  rule_version: number | null;
  reverses_transfer_id: number | null;
  reason: string | null;
};

export type HistoryPlace = { beforeTransferId: number };

/** A customer's transfers, newest first. Relies on `points_transactions_by_customer`. */
export function findHistory(
  tx: Tx,
  of: { merchantId: number; customerId: number; place: HistoryPlace | undefined; limit: number },
): Promise<HistoryRow[]> {
  return tx.query<HistoryRow>(
    `select transfer_id, created_at, kind, from_account, to_account, points, shortfall, transfers.order_id,
       orders.snapshot ->> 'name' as order_name, redemption_id, rule_version, reverses_transfer_id, reason
     from points_transactions as transfers
     left join orders on orders.merchant_id = transfers.merchant_id and orders.order_id = transfers.order_id
     where transfers.merchant_id = $1 and transfers.customer_id = $2 and transfer_id < $3
     order by transfer_id desc
     limit $4`,
    [of.merchantId, of.customerId, of.place?.beforeTransferId ?? Number.MAX_SAFE_INTEGER, of.limit],
    'find-history',
  );
}
