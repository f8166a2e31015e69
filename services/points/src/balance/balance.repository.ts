import { numberArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import type { CustomerKey, Ending } from '../ledger/posting.repository.ts';
import type { Balance } from '../ledger/transfer.ts';

export type BalanceView = CustomerKey & Balance & { nextExpiry: { points: number; at: Date } | null };

/** Balances with the soonest-expiring lot. Relies on the primary keys of `customer_balances` and `lots`. */
export const readBalancesSql = `
select wanted.merchant_id, wanted.customer_id, pending, available, held, expiring.remaining, expiring.expires_at
from unnest($1::bigint[], $2::bigint[]) as wanted (merchant_id, customer_id)
cross join lateral (
  select pending, available, held from customer_balances
  where customer_balances.merchant_id = wanted.merchant_id and customer_balances.customer_id = wanted.customer_id
  offset 0
) as balance
left join lateral (
  select remaining, expires_at from lots
  where lots.merchant_id = wanted.merchant_id and lots.customer_id = wanted.customer_id
    and remaining > 0 and expires_at is not null
  order by expires_at limit 1
) as expiring on true`;

type Row = { merchant_id: number; customer_id: number; remaining: number | null; expires_at: Date | null } & Balance;

/** Balances of those who have one; a customer without points has no row. */
export async function readBalances(
  tx: Tx,
  customers: readonly CustomerKey[],
  ending: Ending = 'goes-on',
): Promise<BalanceView[]> {
  const keys = [
    numberArray(customers.map((customer) => customer.merchantId)),
    numberArray(customers.map((customer) => customer.customerId)),
  ];
  const rows =
    ending === 'commits'
      ? await tx.queryAndCommit<Row>(readBalancesSql, keys, 'read-balances')
      : await tx.query<Row>(readBalancesSql, keys, 'read-balances');
  return rows.map((row) => ({
    merchantId: row.merchant_id,
    customerId: row.customer_id,
    pending: row.pending,
    available: row.available,
    held: row.held,
    nextExpiry:
      row.remaining !== null && row.expires_at !== null ? { points: row.remaining, at: row.expires_at } : null,
  }));
}
