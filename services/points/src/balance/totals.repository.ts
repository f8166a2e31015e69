import type { Tx } from '@loyalnest/platform/database/database';

/** A shop's points by where they went, and what customers have of them. */
export type Totals = {
  issued: number;
  revoked: number;
  redeemed: number;
  expired: number;
  adjusted: number;
  migrated: number;
  pending: number;
  available: number;
  held: number;
  customers: number;
};

/** Sums one merchant's ledger. Relies on the merchant being first in the keys of both tables. */
export async function sumTotals(tx: Tx, merchantId: number): Promise<Totals> {
  const [totals] = await tx.query<Totals>(
    `select * from (
       select
         ${net('issued')} as issued,
         -${net('revoked')} as revoked,
         -${net('redeemed')} as redeemed,
         -${net('expired')} as expired,
         ${net('adjusted')} as adjusted,
         ${net('migrated')} as migrated
       from points_transactions where merchant_id = $1
     ) as moved, (
       select coalesce(sum(pending), 0)::bigint as pending, coalesce(sum(available), 0)::bigint as available,
         coalesce(sum(held), 0)::bigint as held, count(*) as customers
       from customer_balances where merchant_id = $1
     ) as balances`,
    [merchantId],
  );
  if (!totals) throw new Error('a sum has no row');
  return totals;
}

/** Points that left one of the programme's accounts, less those that came to it. */
function net(account: keyof Totals): string {
  return `coalesce(sum(case '${account}' when from_account then points when to_account then -points end), 0)::bigint`;
}
