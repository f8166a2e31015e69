import type { MemberCode, MemberPanel } from '@loyalnest/contracts/rest/storefront';
import type { Tx } from '@loyalnest/platform/database/database';
import type { Redemption } from '../redemption/redemption.ts';
import type { Reward } from '../rewards/reward.ts';

/** Rows of each list; a panel shows a few, and few have more. */
export const listMax = 50;

type Customer = { merchantId: number; customerId: number };

/** Orders whose points wait for approval, the next to be approved first. Relies on `orders_by_customer`. */
export async function findPendingOrders(tx: Tx, of: Customer): Promise<MemberPanel['pending']> {
  const rows = await tx.query<{
    order_id: number;
    name: string | null;
    pending_points: number;
    approve_at: Date | null;
  }>(
    `select order_id, snapshot ->> 'name' as name, pending_points, approve_at
     from orders
     where merchant_id = $1 and customer_id = $2 and pending_points > 0
     order by approve_at nulls last, order_id
     limit ${listMax}`,
    [of.merchantId, of.customerId],
    'find-pending-orders',
  );
  return rows.map((row) => ({
    orderId: row.order_id,
    orderName: row.name,
    points: row.pending_points,
    approveAt: row.approve_at?.toISOString() ?? null,
  }));
}

/** What expires until `until`, soonest first. Relies on the primary key of `lots`. */
export async function findExpiring(tx: Tx, of: Customer & { until: Date }): Promise<MemberPanel['expiring']> {
  const rows = await tx.query<{ remaining: number; expires_at: Date }>(
    `select sum(remaining)::bigint as remaining, expires_at
     from lots
     where merchant_id = $1 and customer_id = $2 and remaining > 0 and expires_at <= $3
     group by expires_at
     order by expires_at
     limit ${listMax}`,
    [of.merchantId, of.customerId, of.until],
    'find-expiring',
  );
  return rows.map((row) => ({ points: row.remaining, at: row.expires_at.toISOString() }));
}

type CodeRow = {
  redemption_id: number;
  reward_id: number;
  points: number;
  code: string;
  status: Redemption['status'];
  created_at: Date;
  expires_at: Date | null;
  name: string;
  kind: Reward['kind'];
  amount_minor: number | null;
  minimum_spend_minor: number;
};

/**
 * Codes that work or are being made, newest first. What a code takes off is what its reward says now: a changed reward
 * leaves earlier codes as they were at Shopify. Relies on `reward_redemptions_by_customer`.
 */
export async function findOpenCodes(tx: Tx, of: Customer): Promise<MemberCode[]> {
  const rows = await tx.query<CodeRow>(
    `select redemption_id, reward_id, redemptions.points, code, status, redemptions.created_at, expires_at, rewards.name,
       rewards.kind, rewards.amount_minor, rewards.minimum_spend_minor
     from reward_redemptions as redemptions
     join rewards using (merchant_id, reward_id)
     where redemptions.merchant_id = $1 and customer_id = $2 and status in ('held', 'active')
     order by redemption_id desc
     limit ${listMax}`,
    [of.merchantId, of.customerId],
    'find-open-codes',
  );
  return rows.map((row) => ({
    redemptionId: row.redemption_id,
    rewardId: row.reward_id,
    customerId: of.customerId,
    points: row.points,
    status: row.status,
    code: row.status === 'active' ? row.code : null,
    orderId: null,
    restoredPoints: 0,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    rewardName: row.name,
    kind: row.kind,
    amountMinor: row.amount_minor,
    minimumSpendMinor: row.minimum_spend_minor,
  }));
}
