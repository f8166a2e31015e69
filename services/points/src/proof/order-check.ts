import { numberArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import { duePoints, type Award } from '../orders/award.ts';
import type { OrderSnapshot, Refunds } from '../orders/order-snapshot.ts';
import type { Findings } from './findings.ts';
import { stream } from './snapshot.ts';

type OrderRow = {
  merchant_id: number;
  order_id: number;
  is_there: boolean;
  snapshot: OrderSnapshot | null;
  refunds: Refunds;
  cancelled_at: Date | null;
  award: Award | null;
  due_points: number;
  pending_points: number;
  available_points: number;
  is_closed: boolean;
  posted_pending: number;
  posted_available: number;
};

/**
 * Each order beside the transfers that name it. Points that a clawback did not find are forgiven: they count as taken back.
 */
const ordersSql = `
with posted as (
  select merchant_id, order_id,
    sum(case when to_account = 'pending' then points when from_account = 'pending' then -points else 0 end) as pending,
    sum(case when to_account = 'available' then points when from_account = 'available' then -points - shortfall else 0 end) as available
  from points_transactions
  where merchant_id = any ($1::bigint[]) and order_id is not null and kind in ('earn', 'approve', 'void', 'clawback')
  group by merchant_id, order_id
), known as (
  select merchant_id, order_id, case when award is not null then snapshot end as snapshot, refunds, cancelled_at, award,
    due_points, pending_points, available_points, closed_at is not null as is_closed
  from orders
  left join customer_balances using (merchant_id, customer_id)
  where merchant_id = any ($1::bigint[])
)
select merchant_id, order_id, due_points is not null as is_there, snapshot, refunds, cancelled_at, award,
  due_points, pending_points, available_points, is_closed,
  coalesce(posted.pending, 0)::bigint as posted_pending,
  coalesce(posted.available, 0)::bigint as posted_available
from known
full join posted using (merchant_id, order_id)`;

/** Every order has posted exactly what its facts are due under its frozen award, computed here once more. */
export async function checkOrders(tx: Tx, merchantIds: readonly number[], findings: Findings): Promise<void> {
  for await (const row of stream<OrderRow>(tx, ordersSql, [numberArray(merchantIds)])) {
    if (row.is_there) findings.count('orders', row.merchant_id);
    const difference = orderDifference(row);
    if (difference) findings.differ('orders', row.merchant_id, `order ${row.order_id}${difference}`);
  }
}

function orderDifference(row: OrderRow): string | undefined {
  const posted = row.posted_pending + row.posted_available;
  if (!row.is_there) return ` does not exist, but transfers that name it add up to ${posted}`;
  const computed = dueOf(row);
  if (typeof computed === 'string') return ` cannot be computed: ${computed}`;
  // A deleted customer earns nothing more, so their orders may have posted less.
  const due = row.is_closed ? Math.min(computed, posted) : computed;
  if (due !== row.due_points) return `: ${row.due_points} points are due as stored, ${due} as computed from its facts`;
  if (row.posted_pending !== row.pending_points) {
    return `: ${row.pending_points} points are pending, but its transfers add up to ${row.posted_pending}`;
  }
  if (row.posted_available !== row.available_points) {
    return `: ${row.available_points} points became available, but its transfers add up to ${row.posted_available}`;
  }
  if (due === posted) return undefined;
  return `: ${due} points are due, but ${posted} are posted`;
}

function dueOf(row: OrderRow): number | string {
  if (!row.award) return 0;
  const { snapshot, refunds } = row;
  try {
    return duePoints({ snapshot, refunds, cancelledAt: row.cancelled_at?.toISOString() ?? null }, row.award);
  } catch (error) {
    return (error as Error).message;
  }
}
