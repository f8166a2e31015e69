import { textArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import { historyColumns, type HistoryPlace, type HistoryRow } from '../balance/history.repository.ts';
import type { TransferKind } from '../ledger/transfer.ts';
import { redemptionColumns, redemptionFromRow, type RedemptionRow } from '../redemption/redemption.repository.ts';
import type { Redemption, RedemptionStatus } from '../redemption/redemption.ts';

/**
 * A shop's transfers of these kinds, newest first. The places come from the primary key of `activities`, a page of each
 * kind; the rows from the primary keys of `points_transactions` and `orders`. Planned each time and with fences (`offset 0`),
 * because the planner takes each shop for an average one.
 */
export function listActivity(
  tx: Tx,
  of: { merchantId: number; kinds: readonly TransferKind[]; place: HistoryPlace | undefined; limit: number },
): Promise<HistoryRow[]> {
  return tx.query<HistoryRow>(
    `with places as (
       select places.*
       from unnest($5::text[]) as kinds (kind) cross join lateral (
         select created_at, transfer_id from activities
         where merchant_id = $1 and kind = kinds.kind and (created_at, transfer_id) < ($2, $3)
         order by created_at desc, transfer_id desc limit $4
       ) as places
       order by created_at desc, transfer_id desc limit $4
     )
     select ${historyColumns}
     from places cross join lateral (
       select * from points_transactions
       where merchant_id = $1 and transfer_id = places.transfer_id and created_at = places.created_at offset 0
     ) as transfers
     left join lateral (
       select * from orders where merchant_id = $1 and order_id = transfers.order_id offset 0
     ) as orders on true
     order by transfers.created_at desc, transfers.transfer_id desc`,
    [of.merchantId, of.place?.at ?? 'infinity', of.place?.transferId ?? 0, of.limit, textArray(of.kinds)],
  );
}

export type ShopRedemption = { redemption: Redemption; rewardName: string; orderName: string | null };

/**
 * A shop's redemptions, newest first, in any or in one state. Relies on the primary key of `reward_redemptions`, or on
 * `reward_redemptions_by_status`.
 */
export async function listShopRedemptions(
  tx: Tx,
  of: {
    merchantId: number;
    status: RedemptionStatus | undefined;
    beforeRedemptionId: number | undefined;
    limit: number;
  },
): Promise<ShopRedemption[]> {
  const inState = of.status === undefined ? '' : 'and status = $4';
  const rows = await tx.query<RedemptionRow & { reward_name: string; order_name: string | null }>(
    `select redemptions.*, rewards.name as reward_name, orders.name as order_name
     from (
       select ${redemptionColumns} from reward_redemptions
       where merchant_id = $1 and redemption_id < $2 ${inState}
       order by redemption_id desc limit $3
     ) as redemptions
     join rewards using (merchant_id, reward_id)
     left join lateral (
       select snapshot ->> 'name' as name from orders
       where merchant_id = $1 and order_id = redemptions.order_id offset 0
     ) as orders on true
     order by redemption_id desc`,
    [
      of.merchantId,
      of.beforeRedemptionId ?? Number.MAX_SAFE_INTEGER,
      of.limit,
      ...(of.status === undefined ? [] : [of.status]),
    ],
  );
  return rows.map((row) => ({
    redemption: redemptionFromRow(row),
    rewardName: row.reward_name,
    orderName: row.order_name,
  }));
}
