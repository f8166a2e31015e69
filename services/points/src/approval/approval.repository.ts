import type { Tx } from '@loyalnest/platform/database/database';
import type { OrderKey } from '../orders/order.repository.ts';

export type DueOrder = OrderKey & { approveAt: Date };

type DueRow = { merchant_id: number; order_id: number; approve_at: Date };

/**
 * Orders of the stated merchants whose points wait in `pending` though their window has ended, after the given one. Relies
 * on the index `orders_to_approve`.
 */
export async function findDueOrders(
  tx: Tx,
  { now, after, limit }: { now: Date; after: DueOrder | undefined; limit: number },
): Promise<DueOrder[]> {
  const rows = await tx.query<DueRow>(
    `select merchant_id, order_id, approve_at
     from orders
     where pending_points > 0 and approve_at <= $1
       and (approve_at, merchant_id, order_id) > ($2::timestamptz, $3::bigint, $4::bigint)
     order by approve_at, merchant_id, order_id
     limit $5`,
    [now, after?.approveAt ?? '-infinity', after?.merchantId ?? 0, after?.orderId ?? 0, limit],
  );
  return rows.map((row) => ({ merchantId: row.merchant_id, orderId: row.order_id, approveAt: row.approve_at }));
}
