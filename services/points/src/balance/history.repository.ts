import type { Tx } from '@loyalnest/platform/database/database';
import { undoKeyPrefix, undoKeySuffix } from '../adjustment/adjustment.ts';
import type { TransferKind } from '../ledger/transfer.ts';
import type { Award } from '../orders/award.ts';

export type HistoryRow = {
  transfer_id: number;
  created_at: Date;
  customer_id: number;
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
  actor: string;
  rule: Pick<Award['rule'], 'kind' | 'rate' | 'fixedPoints'> | null;
  currency: string | null;
  undone_by: number | null;
};

/** Ids are handed out in blocks, so the time says what came first; ids only order what one transaction wrote. */
export type HistoryPlace = { at: string; transferId: number };

/**
 * What a history tells of `transfers`. An undo is found by its business key, which says what it undoes. Relies on the
 * primary keys of `orders` and `transfer_keys`.
 */
export const historyColumns = `transfers.transfer_id, transfers.created_at, transfers.customer_id, transfers.kind,
  transfers.from_account, transfers.to_account, transfers.points, transfers.shortfall, transfers.order_id,
  orders.snapshot ->> 'name' as order_name, transfers.redemption_id, transfers.rule_version,
  transfers.reverses_transfer_id, transfers.reason, transfers.actor, orders.award -> 'rule' as rule,
  orders.snapshot ->> 'currency' as currency,
  case when transfers.kind = 'adjust' then (
    select undo.transfer_id from transfer_keys as undo
    where undo.merchant_id = transfers.merchant_id
      and undo.business_key = '${undoKeyPrefix}' || transfers.transfer_id || '${undoKeySuffix}'
  ) end as undone_by`;

/**
 * A customer's transfers, newest first. Relies on `points_transactions_by_customer`. Planned each time, and orders are looked
 * up behind a fence (`offset 0`): a plan for any shop would rather read all orders of a large one.
 */
export function findHistory(
  tx: Tx,
  of: { merchantId: number; customerId: number; place: HistoryPlace | undefined; limit: number },
): Promise<HistoryRow[]> {
  return tx.query<HistoryRow>(
    `select ${historyColumns}
     from (
       select * from points_transactions
       where merchant_id = $1 and customer_id = $2 and (created_at, transfer_id) < ($3, $4)
       order by created_at desc, transfer_id desc
       limit $5
     ) as transfers
     left join lateral (
       select * from orders where merchant_id = $1 and order_id = transfers.order_id offset 0
     ) as orders on true
     order by transfers.created_at desc, transfers.transfer_id desc`,
    [of.merchantId, of.customerId, of.place?.at ?? 'infinity', of.place?.transferId ?? 0, of.limit],
  );
}
