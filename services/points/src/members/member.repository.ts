import type { CustomerFilter, CustomerSort, MemberListQuery } from '@loyalnest/contracts/rest/customers';
import { numberArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import type { Balance, Lot } from '../ledger/transfer.ts';

/** A customer's balance as it is, and figures as far as events have been taken in. */
export type MemberRow = Balance & {
  customer_id: number;
  earned: number;
  orders: number;
  last_activity_at: Date | null;
  is_closed: boolean;
  merged_into: number | null;
};

/** What the list is sorted by, of its last row. */
export type MemberPlace = { value: number | string; customerId: number };

export type MemberPage = Pick<MemberListQuery, 'sort' | 'order' | 'filter' | 'ids'> & {
  merchantId: number;
  place: MemberPlace | undefined;
  limit: number;
  expiringBefore: Date;
};

const sortColumns: Readonly<Record<CustomerSort, string>> = {
  available: 'available',
  earned: 'earned',
  orders: 'orders',
  lastActivity: 'last_activity_at',
};

/** `$5` is the date before which points count as expiring. */
const conditions: Readonly<Record<CustomerFilter, string>> = {
  all: '$5::timestamptz is not null',
  withPoints: 'available > 0 and $5::timestamptz is not null',
  pending: 'pending > 0 and $5::timestamptz is not null',
  held: 'held > 0 and $5::timestamptz is not null',
  negative: 'available < 0 and $5::timestamptz is not null',
  expiring: 'next_expiry_at is not null and next_expiry_at < $5::timestamptz',
};

/** Filters that few pass: those few are found by an index of their own and sorted, whatever the order. */
const narrow: ReadonlySet<CustomerFilter> = new Set(['pending', 'held', 'negative', 'expiring']);

/**
 * A page of members with a row more than asked for, if there is one. Customers who are gone are only listed when they are
 * named. Relies on `members_by_…` for lists that pass most members, on `members_pending` and its like for the others.
 *
 * Planned each time, and with fences (`offset 0`): the planner takes each shop for an average one, and of a large one would
 * rather read all balances than look up those of a page.
 */
export function listMembers(tx: Tx, page: MemberPage): Promise<(MemberRow & { place: number | Date })[]> {
  const { merchantId, sort, order, filter, ids, place, limit, expiringBefore } = page;
  const column = sortColumns[sort];
  const direction = order === 'desc' ? 'desc' : 'asc';
  const beyond = order === 'desc' ? '<' : '>';
  const figures = 'customer_id, available, earned, orders, last_activity_at';
  const which = ids ? 'customer_id = any ($6::bigint[])' : 'not is_closed';
  const passing = `select ${figures} from members where merchant_id = $1 and ${which} and ${conditions[filter]}`;
  const isSorted = ids !== undefined || narrow.has(filter);
  const paging = `(${column}, customer_id) ${beyond} ($2, $3::bigint)
     order by ${column} ${direction}, customer_id ${direction} limit $4`;
  return tx.query<MemberRow & { place: number | Date }>(
    `with page as (
       ${isSorted ? `select * from (${passing} offset 0) as passing where ${paging}` : `${passing} and ${paging}`}
     )
     select page.customer_id, balances.pending, balances.available, balances.held, page.earned, page.orders,
       page.last_activity_at, balances.closed_at is not null as is_closed, balances.merged_into,
       page.${column} as place
     from page cross join lateral (
       select * from customer_balances where merchant_id = $1 and customer_id = page.customer_id offset 0
     ) as balances
     order by page.${column} ${direction}, page.customer_id ${direction}`,
    [
      merchantId,
      place?.value ?? outermost(sort, order),
      place?.customerId ?? (order === 'desc' ? Number.MAX_SAFE_INTEGER : 0),
      limit + 1,
      expiringBefore,
      ...(ids ? [numberArray(ids)] : []),
    ],
  );
}

function outermost(sort: CustomerSort, order: MemberPage['order']): string {
  if (sort === 'lastActivity') return order === 'desc' ? 'infinity' : '-infinity';
  return order === 'desc' ? '9223372036854775807' : '-9223372036854775808';
}

/** A customer who has a balance. Relies on the primary keys of `customer_balances` and `members`. */
export async function findMember(tx: Tx, merchantId: number, customerId: number): Promise<MemberRow | undefined> {
  const [row] = await tx.query<MemberRow>(
    `select customer_id, balances.pending, balances.available, balances.held, coalesce(members.earned, 0) as earned,
       coalesce(members.orders, 0) as orders, members.last_activity_at, balances.closed_at is not null as is_closed,
       balances.merged_into
     from customer_balances as balances left join members using (merchant_id, customer_id)
     where merchant_id = $1 and customer_id = $2`,
    [merchantId, customerId],
    'find-member',
  );
  return row;
}

/** Lots that a page shows at most. */
const lotsMax = 500;

/** Lots with points left, those that expire soonest first. Relies on the primary key of `lots`. */
export async function findOpenLots(tx: Tx, merchantId: number, customerId: number): Promise<Lot[]> {
  const rows = await tx.query<{
    lot_id: number;
    points: number;
    remaining: number;
    earned_at: Date;
    expires_at: Date | null;
  }>(
    `select lot_id, points, remaining, earned_at, expires_at from lots
     where merchant_id = $1 and customer_id = $2 and remaining > 0
     order by expires_at, lot_id
     limit ${lotsMax}`,
    [merchantId, customerId],
    'find-open-lots',
  );
  return rows.map((row) => ({
    lotId: row.lot_id,
    points: row.points,
    remaining: row.remaining,
    earnedAt: row.earned_at,
    expiresAt: row.expires_at,
  }));
}
