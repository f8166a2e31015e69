import { numberArray, textArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import type { Position } from '@loyalnest/platform/events/outbox';
import { transferTypes } from '../ledger/transfer-events.ts';
import { movesOfLedger, movesOfOutbox } from './moves.ts';

/** How the projection is called among the readers of the outbox. */
const consumer = 'members';
/** Raised whenever the same ledger makes other rows than before: every shop is then built anew. */
const rulesVersion = 2;
/** Events taken into the projections in one transaction: more would keep a core from the orders for longer than they notice. */
export const batchMax = 40;

/**
 * Whoever writes projections holds this until the transaction ends. What it knows of the outbox's position and of a
 * customer's standing then stays true. Building a large shop takes longer than a request may, and others wait for it.
 */
export async function lockProjections(tx: Tx): Promise<void> {
  await tx.allowMinutes(15);
  await tx.query(`select pg_advisory_xact_lock(hashtextextended(current_schema() || '/projections', 0))`);
}

/** Up to where events have been taken in. The first look begins with the events that are still running. */
export async function ensurePosition(tx: Tx): Promise<Position> {
  const found = await findPosition(tx);
  if (found) return found;
  await tx.query(
    `insert into outbox_cursors (consumer, xid, id) values ($1, pg_snapshot_xmin(pg_current_snapshot()), 0)
     on conflict do nothing`,
    [consumer],
  );
  return ensurePosition(tx);
}

export async function findPosition(tx: Tx): Promise<Position | undefined> {
  const [row] = await tx.query<Position>('select xid::text as xid, id from outbox_cursors where consumer = $1', [
    consumer,
  ]);
  return row;
}

export async function movePosition(tx: Tx, { xid, id }: Position): Promise<void> {
  await tx.query('update outbox_cursors set xid = $2, id = $3, moved_at = now() where consumer = $1', [
    consumer,
    xid,
    id,
  ]);
}

export type Batch = {
  after: Position;
  last: Position;
  events: number;
  merchantIds: number[];
  /** Events follow: they can be read at once, or when an older transaction that still runs has ended. */
  isMoreComing: boolean;
};

/**
 * The next events below the horizon: where they end, and of which merchants they are; `held-back` when there are some, and
 * an older transaction that still runs keeps all of them from being read. Relies on the key of `outbox`.
 */
export async function findBatch(tx: Tx, after: Position): Promise<Batch | 'held-back' | undefined> {
  const rows = await tx.query<Position & { merchant_id: number; is_readable: boolean }>(
    `select xid::text as xid, id, merchant_id, xid < pg_snapshot_xmin(pg_current_snapshot()) as is_readable
     from outbox where (xid, id) > ($1::xid8, $2) order by outbox.xid, outbox.id limit ${batchMax}`,
    [after.xid, after.id],
    'find-projection-batch',
  );
  const readable = rows.filter((row) => row.is_readable);
  const last = readable.at(-1);
  if (!last) return rows.length > 0 ? 'held-back' : undefined;
  return {
    after,
    last: { xid: last.xid, id: last.id },
    events: readable.length,
    merchantIds: [...new Set(readable.map((row) => row.merchant_id))].sort((a, b) => a - b),
    isMoreComing: rows.length === batchMax || readable.length < rows.length,
  };
}

const isUnbuilt = `projected.timezone is distinct from shops.timezone or projected.rules_version is distinct from $1`;

/** Shops that have to be made from their ledger: new ones, and those whose rows are of other rules or another time zone. */
export async function findUnbuilt(tx: Tx): Promise<number[]> {
  const rows = await tx.query<{ merchant_id: number }>(
    `select merchant_id from shops left join projected_shops as projected using (merchant_id)
     where ${isUnbuilt} order by merchant_id`,
    [rulesVersion],
  );
  return rows.map((row) => row.merchant_id);
}

/** Those of these shops. Relies on the primary keys of `shops` and `projected_shops`. */
export async function findUnbuiltOf(tx: Tx, merchantIds: readonly number[]): Promise<number[]> {
  const rows = await tx.query<{ merchant_id: number }>(
    `select wanted.merchant_id
     from unnest($2::bigint[]) as wanted (merchant_id)
     cross join lateral (select timezone from shops where shops.merchant_id = wanted.merchant_id offset 0) as shops
     left join lateral (
       select timezone, rules_version from projected_shops where projected_shops.merchant_id = wanted.merchant_id offset 0
     ) as projected on true
     where ${isUnbuilt} order by merchant_id`,
    [rulesVersion, numberArray(merchantIds)],
    'find-unbuilt',
  );
  return rows.map((row) => row.merchant_id);
}

/**
 * A customer's balance, looked up by its key behind a fence: below row-level security a join reads the balances of all
 * customers of the merchants at hand.
 */
function balanceOf(customer: string, columns: string): string {
  return `select ${columns} from customer_balances
    where customer_balances.merchant_id = ${customer}.merchant_id and customer_balances.customer_id = ${customer}.customer_id
    offset 0`;
}

/**
 * What moves say of customers: their own first and last, and what they earned, which a merge takes along; beside them what
 * their rows said so far.
 */
const figures = `figures as (
  select parts.merchant_id, parts.customer_id, min(parts.first_at) as first_at, max(last_at) as last_at,
    max(zone) as zone, sum(parts.earned)::bigint as earned, sum(parts.orders)::bigint as orders,
    bool_and(only_opens) as only_opens, min(opened_expiry) as opened_expiry
  from (
    select merchant_id, customer_id, min(first_at) as first_at, max(created_at) as last_at, max(zone) as zone,
      0 as earned, 0 as orders, true as only_opens, null::timestamptz as opened_expiry
    from moves group by merchant_id, customer_id
    union all
    select moves.merchant_id, coalesce(balances.merged_into, moves.customer_id), null, max(created_at),
      max(moves.zone), sum(moves.issued), count(*) filter (where moves.is_first_of_order),
      bool_and(moves.only_opens and balances.merged_into is null), min(moves.opened_expiry)
    from moves cross join lateral (${balanceOf('moves', 'merged_into')}) as balances
    group by 1, 2
  ) as parts
  group by parts.merchant_id, parts.customer_id
), standings as (
  select figures.*, members.merchant_id is not null as is_known, members.first_at as known_first_at,
    members.next_expiry_at as known_expiry
  from figures
  left join lateral (
    select merchant_id, first_at, next_expiry_at from members
    where members.merchant_id = figures.merchant_id and members.customer_id = figures.customer_id
    offset 0
  ) as members on true
)`;

const writeMembers = (which: string) => `written_members as (
  insert into members (merchant_id, customer_id, pending, available, held, earned, orders, first_at, last_activity_at,
    next_expiry_at, is_closed)
  select merchant_id, customer_id, pending, available, held, earned, orders, first_at, last_at,
    case
      when is_known and only_opens then least(known_expiry, opened_expiry)
      else ${nextExpiryOf('standings')}
    end,
    closed_at is not null
  from standings cross join lateral (${balanceOf('standings', 'pending, available, held, closed_at')}) as balances
  ${which}
  order by merchant_id, customer_id
  on conflict (merchant_id, customer_id) do update set
    pending = excluded.pending, available = excluded.available, held = excluded.held,
    earned = members.earned + excluded.earned, orders = members.orders + excluded.orders,
    first_at = least(members.first_at, excluded.first_at),
    last_activity_at = greatest(members.last_activity_at, excluded.last_activity_at),
    next_expiry_at = excluded.next_expiry_at, is_closed = excluded.is_closed
)`;

/**
 * From all lots of the customer, for whom new ones do not tell it: one who buys daily has thousands. Relies on the primary key
 * of `lots`: without the fence it would go through all that expires, of all customers.
 */
function nextExpiryOf(customer: string): string {
  return `(select min(expires_at) from (
     select expires_at from lots
     where lots.merchant_id = ${customer}.merchant_id and lots.customer_id = ${customer}.customer_id and remaining > 0
     offset 0) as owned)`;
}

/** A customer is new on the first day that brought points; one that turns out to be earlier moves the newcomer to itself. */
const writeDays = `firsts as (
  select merchant_id, (known_first_at at time zone zone)::date as before,
    (least(known_first_at, first_at) at time zone zone)::date as now
  from standings
  where first_at is not null
), written_days as (
  insert into programme_days (merchant_id, day, issued, redeemed, outstanding, orders, members)
  select merchant_id, day, sum(issued), sum(redeemed), sum(outstanding), sum(orders), sum(members)
  from (
    select merchant_id, day, issued, redeemed, outstanding, is_first_of_order::int as orders, 0 as members
    from moves
    union all
    select merchant_id, now, 0, 0, 0, 0, 1 from firsts where before is distinct from now
    union all
    select merchant_id, before, 0, 0, 0, 0, -1 from firsts where before <> now
  ) as parts
  group by merchant_id, day
  order by merchant_id, day
  on conflict (merchant_id, day) do update set
    issued = programme_days.issued + excluded.issued, redeemed = programme_days.redeemed + excluded.redeemed,
    outstanding = programme_days.outstanding + excluded.outstanding, orders = programme_days.orders + excluded.orders,
    members = programme_days.members + excluded.members
)`;

const writeActivities = `written_activities as (
  insert into activities (merchant_id, kind, created_at, transfer_id)
  select merchant_id, kind, created_at, transfer_id from moves order by 1, 2, 3, 4
)`;

/** Takes events into all projections of shops that are built. The last statement of its transaction but for look-ups. */
export async function project(tx: Tx, merchantIds: readonly number[], batch: Pick<Batch, 'after' | 'last'>) {
  await tx.planForLookUps();
  await tx.query(
    `with ${movesOfOutbox}, ${figures}, ${writeMembers('')}, ${writeDays}, ${writeActivities} select`,
    [
      numberArray(merchantIds),
      textArray(transferTypes.map(({ type }) => type)),
      textArray(transferTypes.map(({ kind }) => kind)),
      batch.after.xid,
      batch.after.id,
      batch.last.xid,
      batch.last.id,
    ],
    'project',
  );
}

/** Makes the projections of these shops anew from their ledgers, less what events after the position will bring. */
export async function build(tx: Tx, merchantIds: readonly number[], { after, now }: { after: Position; now: Date }) {
  const ids = numberArray(merchantIds);
  for (const table of ['members', 'programme_days', 'activities', 'projected_shops']) {
    await tx.query(`delete from ${table} where merchant_id = any ($1::bigint[])`, [ids]);
  }
  await tx.query(
    `insert into projected_shops (merchant_id, timezone, zone, rules_version, built_at)
     select merchant_id, timezone, known_timezone(timezone), $3, $2 from shops where merchant_id = any ($1::bigint[])`,
    [ids, now, rulesVersion],
  );
  await tx.query(
    `with ${movesOfLedger('merchant_id = any ($1::bigint[])')}, ${figures}, ${writeMembers('')}, ${writeDays},
       ${writeActivities} select`,
    [ids, after.xid, after.id],
  );
}

/**
 * Makes the figures of these customers anew, after a merge or a deletion changed whose they are. Relies on
 * `points_transactions_by_customer` and `customer_balances_merged`.
 */
export async function buildMembers(tx: Tx, merchantId: number, customerIds: readonly number[], after: Position) {
  const ids = numberArray(customerIds);
  await tx.query('delete from members where merchant_id = $1 and customer_id = any ($2::bigint[])', [merchantId, ids]);
  await tx.query(
    `with ${movesOfLedger(`merchant_id = $1 and customer_id in (
       select unnest($4::bigint[])
       union
       select customer_id from customer_balances where merchant_id = $1 and merged_into = any ($4::bigint[]))`)},
     ${figures}, ${writeMembers('where customer_id = any ($4::bigint[])')} select`,
    [merchantId, after.xid, after.id, ids],
  );
}
