import { numberArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import type { CustomerKey, Ending } from '../ledger/posting.repository.ts';
import type { Balance } from '../ledger/transfer.ts';

export type BalanceView = Balance & { nextExpiry: { points: number; at: Date } | null };

/** Balances with the soonest-expiring lot. Relies on the primary keys of `customer_balances` and `lots`. */
export const readBalancesSql = `
select wanted.nth::int4, pending, available, held, expiring.remaining, expiring.expires_at
from unnest($1::bigint[], $2::bigint[]) with ordinality as wanted (merchant_id, customer_id, nth)
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

type Row = { nth: number; remaining: number | null; expires_at: Date | null } & Balance;

/** Of a customer who never had any. */
const noPoints: BalanceView = { pending: 0, available: 0, held: 0, nextExpiry: null };

/** Balances in the order of the customers. */
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
  const balances = customers.map(() => noPoints);
  for (const { nth, pending, available, held, remaining, expires_at: at } of rows) {
    const nextExpiry = remaining === null || at === null ? null : { points: remaining, at };
    balances[nth - 1] = { pending, available, held, nextExpiry };
  }
  return balances;
}
