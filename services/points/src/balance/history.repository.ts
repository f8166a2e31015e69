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

/** Ids are handed out in blocks, so the time says what came first; ids only order what one transaction wrote. */
export type HistoryPlace = { at: string; transferId: number };

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
     where transfers.merchant_id = $1 and transfers.customer_id = $2 and (created_at, transfer_id) < ($3, $4)
     order by created_at desc, transfer_id desc
     limit $5`,
    [of.merchantId, of.customerId, of.place?.at ?? 'infinity', of.place?.transferId ?? 0, of.limit],
    'find-history',
  );
}
