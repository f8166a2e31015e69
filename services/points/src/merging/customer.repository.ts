import { numberArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import type { CustomerKey } from '../ledger/posting.repository.ts';

/** A pair of customers of one merchant, the one who goes and the one who stays. */
export type CustomerPair = { merchantId: number; from: number; to: number };

/** How often the balance has changed; read while its row is locked. */
export async function balanceRevision(tx: Tx, { merchantId, customerId }: CustomerKey): Promise<number> {
  const [row] = await tx.query<{ revision: number }>(
    'select revision from customer_balances where merchant_id = $1 and customer_id = $2',
    [merchantId, customerId],
  );
  return row?.revision ?? 0;
}

/** The customer into whom this one was merged, or the customer itself. A merge leaves no chains. */
export async function standingCustomer(tx: Tx, { merchantId, customerId }: CustomerKey): Promise<number> {
  const [row] = await tx.query<{ merged_into: number | null }>(
    'select merged_into from customer_balances where merchant_id = $1 and customer_id = $2',
    [merchantId, customerId],
  );
  return row?.merged_into ?? customerId;
}

/**
 * Gives orders, lots and redemptions to the other customer. Raising the orders' revision makes whoever is about to post one
 * of them look again. Relies on `orders_by_customer` and `reward_redemptions_by_customer`, and the primary key of `lots`.
 */
export async function handOver(tx: Tx, { merchantId, from, to }: CustomerPair): Promise<void> {
  await tx.query(
    `update orders
     set customer_id = $3, revision = revision + 1,
       snapshot = case when snapshot ->> 'customerId' = $2::text
         then jsonb_set(snapshot, '{customerId}', to_jsonb($3::bigint)) else snapshot end
     where merchant_id = $1 and customer_id = $2::bigint`,
    [merchantId, from, to],
  );
  await tx.query('update lots set customer_id = $3 where merchant_id = $1 and customer_id = $2', [
    merchantId,
    from,
    to,
  ]);
  await tx.query('update reward_redemptions set customer_id = $3 where merchant_id = $1 and customer_id = $2', [
    merchantId,
    from,
    to,
  ]);
}

/** Marks the customer as merged, and those merged into it earlier as merged into the one who stays. */
export async function markMerged(tx: Tx, { merchantId, from, to }: CustomerPair, now: Date): Promise<void> {
  await tx.query(
    `update customer_balances set closed_at = coalesce(closed_at, $4), merged_into = $3
     where merchant_id = $1 and (customer_id = $2 or merged_into = $2) and customer_id <> $3`,
    [merchantId, from, to, now],
  );
}

export async function markClosed(tx: Tx, { merchantId, customerId }: CustomerKey, now: Date): Promise<void> {
  await tx.query(
    `update customer_balances set closed_at = coalesce(closed_at, $3)
     where merchant_id = $1 and customer_id = $2`,
    [merchantId, customerId, now],
  );
}

/** Orders of a customer whose points wait in `pending`. Relies on `orders_by_customer`. */
export async function findPendingOrders(
  tx: Tx,
  { merchantId, customerId }: CustomerKey,
): Promise<{ merchantId: number; orderId: number }[]> {
  const rows = await tx.query<{ order_id: number }>(
    'select order_id from orders where merchant_id = $1 and customer_id = $2 and pending_points > 0 order by order_id',
    [merchantId, customerId],
  );
  return rows.map((row) => ({ merchantId, orderId: row.order_id }));
}

export type LeftOver = CustomerKey & { mergedInto: number | null };

/**
 * Closed customers of these merchants with points that came in afterwards. What is held for a deleted customer's reward
 * stays until the reward is used or comes back. Relies on the index `customer_balances_left_over`.
 */
export async function findLeftOvers(tx: Tx, merchantIds: readonly number[], limit: number): Promise<LeftOver[]> {
  const rows = await tx.query<{ merchant_id: number; customer_id: number; merged_into: number | null }>(
    `select merchant_id, customer_id, merged_into
     from customer_balances
     where merchant_id = any ($1::bigint[])
       and closed_at is not null and (pending <> 0 or available <> 0 or held <> 0)
       and (merged_into is not null or pending <> 0 or available <> 0)
     order by merchant_id, customer_id
     limit $2`,
    [numberArray(merchantIds), limit],
  );
  return rows.map((row) => ({ merchantId: row.merchant_id, customerId: row.customer_id, mergedInto: row.merged_into }));
}
