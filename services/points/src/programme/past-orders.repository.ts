import type { Tx } from '@loyalnest/platform/database/database';
import { newOrder } from '../orders/order.repository.ts';
import type { OrderState } from '../orders/order-plan.ts';
import type { OrderSnapshot, Refunds } from '../orders/order-snapshot.ts';
import { stream } from '../proof/snapshot.ts';

export type PastOrders = { merchantId: number; since: Date };

/**
 * Orders placed since a day; tests of the shop's checkout are none. An order is never older than its last change, which
 * needs no look into its snapshot.
 */
const pastOrders = `
from orders
where merchant_id = $1 and shopify_updated_at >= $2
  and snapshot ->> 'createdAt' >= to_char($2 at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') collate "C"
  and not (snapshot -> 'isTest')::boolean`;

export async function countPastOrders(tx: Tx, { merchantId, since }: PastOrders): Promise<number> {
  const [row] = await tx.query<{ orders: number }>(`select count(*) as orders ${pastOrders}`, [merchantId, since]);
  return row?.orders ?? 0;
}

/** Into so many parts customers are dealt out; a sample is some of them. */
export const sampleParts = 10_000;

type PastOrderRow = {
  merchant_id: number;
  order_id: number;
  snapshot: OrderSnapshot;
  refunds: Refunds;
  cancelled_at: Date | null;
};

/**
 * Orders as if none of them had earned yet. Of the customers only those in the first `parts` of all parts, each with all of
 * their orders; who is in which part looks random and is always the same.
 */
export async function* streamPastOrders(
  tx: Tx,
  { merchantId, since, parts }: PastOrders & { parts: number },
): AsyncGenerator<OrderState> {
  const rows = stream<PastOrderRow>(
    tx,
    `select merchant_id, order_id, snapshot, refunds, cancelled_at ${pastOrders}
       and abs(hashint8extended(coalesce(customer_id, order_id), 0) % ${sampleParts}) < $3`,
    [merchantId, since, parts],
  );
  for await (const { merchant_id, order_id, snapshot, refunds, cancelled_at } of rows) {
    const facts = { snapshot, refunds, cancelledAt: cancelled_at?.toISOString() ?? null };
    yield { ...newOrder({ merchantId: merchant_id, orderId: order_id }), facts };
  }
}
