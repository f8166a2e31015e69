import type { Tx } from '@loyalnest/platform/database/database';

export type MemberOrderRow = {
  order_id: number;
  name: string | null;
  placed_at: string | null;
  currency: string | null;
  total_minor: number | null;
  financial_status: string | null;
  is_test: boolean;
  cancelled_at: Date | null;
  due_points: number;
  pending_points: number;
  available_points: number;
  approve_at: Date | null;
  rule_version: number | null;
};

/**
 * A customer's orders, newest first: Shopify counts its ids up. Relies on `orders_by_customer`. Behind a fence (`offset 0`),
 * or the planner would walk a shop's orders down from the newest until enough are the customer's; and planned each time,
 * because a plan for any shop takes all orders of a merchant for one row.
 */
export function listMemberOrders(
  tx: Tx,
  of: { merchantId: number; customerId: number; beforeOrderId: number | undefined; limit: number },
): Promise<MemberOrderRow[]> {
  return tx.query<MemberOrderRow>(
    `select order_id, snapshot ->> 'name' as name, snapshot ->> 'createdAt' as placed_at,
       snapshot ->> 'currency' as currency, (snapshot ->> 'totalMinor')::bigint as total_minor,
       snapshot ->> 'financialStatus' as financial_status, coalesce((snapshot ->> 'isTest')::boolean, false) as is_test,
       cancelled_at, due_points, pending_points, available_points, approve_at,
       (award ->> 'ruleVersion')::int as rule_version
     from (select * from orders where customer_id = $2 and merchant_id = $1 offset 0) as theirs
     where order_id < $3
     order by order_id desc
     limit $4`,
    [of.merchantId, of.customerId, of.beforeOrderId ?? Number.MAX_SAFE_INTEGER, of.limit],
  );
}
