import type { OverviewDay } from '@loyalnest/contracts/rest/overview';
import type { Tx } from '@loyalnest/platform/database/database';

export type OverviewFigures = {
  currency: string;
  is_programme_on: boolean;
  widget_seen_at: Date | null;
  today: string;
  members: number;
  issued: number;
  redeemed: number;
  outstanding: number;
  orders_ingested: number;
  failed_webhooks: number;
};

/**
 * A shop's figures. Sums come from its days; members are those who ever were, less those who are gone. Relies on the primary
 * keys, on `members_closed`, and for the orders on theirs being read without the rows.
 */
export async function readFigures(tx: Tx, merchantId: number, now: Date): Promise<OverviewFigures | undefined> {
  const [figures] = await tx.query<OverviewFigures>(
    `select shops.currency, shops.widget_seen_at, ($2::timestamptz at time zone known_timezone(timezone))::date::text as today,
       coalesce((
         select (settings ->> 'isOn')::boolean from program_settings
         where merchant_id = $1 order by version desc limit 1
       ), false) as is_programme_on,
       sums.issued, sums.redeemed, sums.outstanding,
       sums.members - (select count(*) from members where merchant_id = $1 and is_closed and first_at is not null) as members,
       (select count(*) from orders where merchant_id = $1) as orders_ingested,
       (select count(*) from webhook_failures where merchant_id = $1 and resolved_at is null) as failed_webhooks
     from shops, (
       select coalesce(sum(issued), 0)::bigint as issued, coalesce(sum(redeemed), 0)::bigint as redeemed,
         coalesce(sum(outstanding), 0)::bigint as outstanding, coalesce(sum(members), 0)::bigint as members
       from programme_days where merchant_id = $1
     ) as sums
     where shops.merchant_id = $1`,
    [merchantId, now],
  );
  return figures;
}

/** The shop's days from `from` on, oldest first; a day without a row had nothing. Relies on the primary key. */
export function listDays(tx: Tx, merchantId: number, from: string): Promise<OverviewDay[]> {
  return tx.query<OverviewDay>(
    `select day::text as day, issued, redeemed, orders, members from programme_days
     where merchant_id = $1 and day >= $2::date order by day`,
    [merchantId, from],
  );
}
