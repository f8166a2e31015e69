import { jsonArray, numberArray, textArray, timeArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import type { NewEvent } from '@loyalnest/platform/events/outbox';
import { storedPayload } from '@loyalnest/platform/telemetry/event-trace';
import type { OrderState } from '../orders/order-plan.ts';
import type { Posting } from './book.ts';
import { countPosted } from './posted-transfers.ts';
import type { Balance, Lot, Transfer } from './transfer.ts';

export type CustomerKey = { merchantId: number; customerId: number };
export type CustomerBalance = CustomerKey & Balance;

/**
 * Locks the balances of the customers that these arrivals touch: those named, those whom the named orders already pay,
 * and those whose rewards the orders use, by code now or by what is known. Everything that changes a customer's points
 * holds this row first; rows are locked by merchant, then customer, so that two batches cannot deadlock. Relies on the
 * primary keys of `orders` and `customer_balances`, and on the codes and the order index of `reward_redemptions`.
 *
 * Here and below each key is looked up by itself, behind `offset 0` or a lock: joined, the planner takes a batch's merchants
 * for average ones, and reads all that the largest of them have.
 */
export const lockBalancesSql = `
with wanted as (
  select merchant_id, customer_id from unnest($1::bigint[], $2::bigint[]) as named (merchant_id, customer_id)
  union
  select touched.merchant_id, paid.customer_id
  from unnest($3::bigint[], $4::bigint[]) as touched (merchant_id, order_id)
  cross join lateral (
    select customer_id from orders
    where orders.merchant_id = touched.merchant_id and orders.order_id = touched.order_id
    offset 0
  ) as paid
  where paid.customer_id is not null
  union
  select used.merchant_id, taken.customer_id
  from unnest($5::bigint[], $6::text[]) as used (merchant_id, code)
  cross join lateral (
    select customer_id from reward_redemptions
    where reward_redemptions.merchant_id = used.merchant_id and reward_redemptions.code = used.code
    offset 0
  ) as taken
  union
  select touched.merchant_id, taken.customer_id
  from unnest($3::bigint[], $4::bigint[]) as touched (merchant_id, order_id)
  cross join lateral (
    select customer_id from reward_redemptions
    where reward_redemptions.merchant_id = touched.merchant_id and reward_redemptions.order_id = touched.order_id
    offset 0
  ) as taken
)
select balances.*
from (select merchant_id, customer_id from wanted order by merchant_id, customer_id) as wanted
cross join lateral (
  select merchant_id, customer_id, pending, available, held, closed_at is not null as is_closed, merged_into
  from customer_balances
  where customer_balances.merchant_id = wanted.merchant_id and customer_balances.customer_id = wanted.customer_id
  for update
) as balances`;

type BalanceRow = {
  merchant_id: number;
  customer_id: number;
  is_closed: boolean;
  merged_into: number | null;
} & Balance;

/** A balance whose row this transaction holds. */
export type LockedBalance = CustomerBalance & {
  /** The customer was deleted, or merged into another. */
  isClosed: boolean;
  mergedInto: number | null;
};

export type Touched = {
  customers: readonly CustomerKey[];
  orders?: readonly { merchantId: number; orderId: number }[];
  codes?: readonly { merchantId: number; code: string }[];
};

export async function lockBalances(tx: Tx, { customers, orders = [], codes = [] }: Touched): Promise<LockedBalance[]> {
  const rows = await tx.query<BalanceRow>(
    lockBalancesSql,
    [
      numberArray(customers.map((customer) => customer.merchantId)),
      numberArray(customers.map((customer) => customer.customerId)),
      numberArray(orders.map((order) => order.merchantId)),
      numberArray(orders.map((order) => order.orderId)),
      numberArray(codes.map((used) => used.merchantId)),
      textArray(codes.map((used) => used.code)),
    ],
    'lock-balances',
  );
  return rows.map((row) => ({
    merchantId: row.merchant_id,
    customerId: row.customer_id,
    pending: row.pending,
    available: row.available,
    held: row.held,
    isClosed: row.is_closed,
    mergedInto: row.merged_into,
  }));
}

/** Gives customers who have none an empty balance, so that there is a row to lock. */
export async function ensureBalances(tx: Tx, customers: readonly CustomerKey[]): Promise<void> {
  if (customers.length === 0) return;
  await tx.query(
    `insert into customer_balances (merchant_id, customer_id)
     select * from unnest($1::bigint[], $2::bigint[]) order by 1, 2
     on conflict do nothing`,
    [
      numberArray(customers.map((customer) => customer.merchantId)),
      numberArray(customers.map((customer) => customer.customerId)),
    ],
    'ensure-balances',
  );
}

type LotRow = {
  merchant_id: number;
  customer_id: number;
  lot_id: number;
  points: number;
  remaining: number;
  earned_at: Date;
  expires_at: Date | null;
};

/** Lots of customers whose balance rows are locked: those with points left, and those a reversal names. Ids are unique. */
export async function findLots(
  tx: Tx,
  customers: readonly CustomerKey[],
  named: readonly (CustomerKey & { lotId: number })[] = [],
): Promise<(Lot & CustomerKey)[]> {
  if (customers.length === 0) return [];
  const rows = await tx.query<LotRow>(
    `select owned.*
     from unnest($1::bigint[], $2::bigint[]) as wanted (merchant_id, customer_id)
     cross join lateral (
       select merchant_id, customer_id, lot_id, points, remaining, earned_at, expires_at
       from lots
       where lots.merchant_id = wanted.merchant_id and lots.customer_id = wanted.customer_id
         and (remaining > 0 or lot_id = any ($3::bigint[]))
       offset 0
     ) as owned`,
    [
      numberArray(customers.map((customer) => customer.merchantId)),
      numberArray(customers.map((customer) => customer.customerId)),
      numberArray(named.map((lot) => lot.lotId)),
    ],
    'find-lots',
  );
  return rows.map((row) => ({
    merchantId: row.merchant_id,
    customerId: row.customer_id,
    lotId: row.lot_id,
    points: row.points,
    remaining: row.remaining,
    earnedAt: row.earned_at,
    expiresAt: row.expires_at,
  }));
}

/**
 * Writes orders, transfers, their keys, lots, balances and outbox events in one statement. Fails with `lostRaceState` when it
 * wrote fewer order rows or new balances than it was given: another transaction changed or made one since it was read.
 */
export const writePostingsSql = `
with order_rows as (
  insert into orders (merchant_id, order_id, revision, customer_id, snapshot, refunds, cancelled_at, shopify_updated_at,
    award, due_points, pending_points, available_points, approve_at)
  select * from unnest($1::bigint[], $2::bigint[], $3::int[], $4::bigint[], $5::jsonb[], $6::jsonb[], $7::timestamptz[],
    $8::timestamptz[], $9::jsonb[], $10::bigint[], $11::bigint[], $12::bigint[], $13::timestamptz[])
  on conflict (merchant_id, order_id) do update set
    revision = excluded.revision, customer_id = excluded.customer_id, snapshot = excluded.snapshot,
    refunds = excluded.refunds, cancelled_at = excluded.cancelled_at, shopify_updated_at = excluded.shopify_updated_at,
    award = excluded.award, due_points = excluded.due_points, pending_points = excluded.pending_points,
    available_points = excluded.available_points, approve_at = excluded.approve_at
  where orders.revision = excluded.revision - 1
  returning 1
), transfer_rows as (
  insert into points_transactions (created_at, merchant_id, transfer_id, customer_id, kind, from_account, to_account,
    points, shortfall, business_key, order_id, redemption_id, reverses_transfer_id, rule_version, lots, reason, actor)
  select $14::timestamptz, * from unnest($15::bigint[], $16::bigint[], $17::bigint[], $18::text[], $19::text[],
    $20::text[], $21::bigint[], $22::bigint[], $23::text[], $24::bigint[], $25::bigint[], $26::bigint[], $27::int[],
    $28::jsonb[], $29::text[], $30::text[])
), key_rows as (
  insert into transfer_keys (created_at, merchant_id, transfer_id, business_key)
  select $14::timestamptz, * from unnest($15::bigint[], $16::bigint[], $23::text[])
), new_lots as (
  insert into lots (merchant_id, customer_id, lot_id, points, remaining, earned_at, expires_at)
  select * from unnest($31::bigint[], $32::bigint[], $33::bigint[], $34::bigint[], $35::bigint[], $36::timestamptz[],
    $37::timestamptz[])
), new_balances as (
  insert into customer_balances (merchant_id, customer_id, pending, available, held)
  select * from unnest($38::bigint[], $39::bigint[], $40::bigint[], $41::bigint[], $42::bigint[])
  on conflict (merchant_id, customer_id) do nothing
  returning 1
), changed_balances as (
  update customer_balances set
    pending = customer_balances.pending + change.pending,
    available = customer_balances.available + change.available,
    held = customer_balances.held + change.held,
    revision = customer_balances.revision + 1
  from unnest($43::bigint[], $44::bigint[], $45::bigint[], $46::bigint[], $47::bigint[])
    as change (merchant_id, customer_id, pending, available, held)
  cross join lateral (
    select ctid as place from customer_balances as held_row
    where held_row.merchant_id = change.merchant_id and held_row.customer_id = change.customer_id
    offset 0
  ) as found
  where customer_balances.ctid = found.place
), event_rows as (
  insert into outbox (occurred_at, merchant_id, key, type, payload)
  select $14::timestamptz, * from unnest($48::bigint[], $49::text[], $50::text[], $51::jsonb[])
)
select assert_written((select count(*) from order_rows), $52::bigint),
  assert_written((select count(*) from new_balances), $53::bigint)`;

const changeLotsSql = `
update lots set remaining = change.remaining, expires_at = change.expires_at
from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[])
  as change (merchant_id, customer_id, lot_id, remaining, expires_at)
cross join lateral (
  select ctid as place from lots as owned
  where owned.merchant_id = change.merchant_id and owned.customer_id = change.customer_id and owned.lot_id = change.lot_id
  offset 0
) as found
where lots.ctid = found.place`;

export type PostingBatch = {
  now: Date;
  orders: readonly OrderState[];
  postings: readonly (Posting & { merchantId: number })[];
  events: readonly NewEvent[];
  /** Customers whose balance row `lockBalances` found; all others get a new row. */
  hasBalance: (customer: CustomerKey) => boolean;
};

/** Whether the transaction goes on after the batch is written, or commits in the same round trip. */
export type Ending = 'goes-on' | 'commits';

/**
 * Writes the batch; see `writePostingsSql`. Throws what `isLostRace` knows when an order or a balance is no longer as it was
 * read, or a business key exists.
 */
export async function writePostings(tx: Tx, batch: PostingBatch, ending: Ending = 'goes-on'): Promise<void> {
  const changed = batch.postings.flatMap(({ merchantId, changedLots }) =>
    changedLots.map((lot) => ({ merchantId, ...lot })),
  );
  if (changed.length > 0) {
    await tx.query(
      changeLotsSql,
      [
        numberArray(changed.map((lot) => lot.merchantId)),
        numberArray(changed.map((lot) => lot.customerId)),
        numberArray(changed.map((lot) => lot.lotId)),
        numberArray(changed.map((lot) => lot.remaining)),
        timeArray(changed.map((lot) => lot.expiresAt)),
      ],
      'change-lots',
    );
  }
  const parameters = postingParameters(batch);
  if (ending === 'commits') await tx.queryAndCommit(writePostingsSql, parameters, 'write-postings');
  else await tx.query(writePostingsSql, parameters, 'write-postings');
  tx.onCommit(() => {
    for (const { transfers } of batch.postings) countPosted(transfers);
  });
}

/**
 * The parameters of `writePostingsSql`, also for the benchmark that runs the very same statement in pgbench. Rows that two
 * transactions may both write are sorted by their key, so that they never wait for each other in a circle.
 */
export function postingParameters(batch: PostingBatch): unknown[] {
  const transfers = batch.postings.flatMap((posting) => posting.transfers);
  const newLots = batch.postings.flatMap(({ merchantId, newLots: lots }) =>
    lots.map((lot) => ({ merchantId, ...lot })),
  );
  const changes = batch.postings
    .flatMap(({ merchantId, balanceChanges }) => balanceChanges.map((change) => ({ merchantId, ...change })))
    .sort((a, b) => a.merchantId - b.merchantId || a.customerId - b.customerId);
  const known = changes.filter((change) => batch.hasBalance(change));
  const unknown = changes.filter((change) => !batch.hasBalance(change));
  return [
    ...orderParameters(batch.orders.toSorted((a, b) => a.merchantId - b.merchantId || a.orderId - b.orderId)),
    batch.now.toISOString(),
    ...transferParameters(transfers),
    numberArray(newLots.map((lot) => lot.merchantId)),
    numberArray(newLots.map((lot) => lot.customerId)),
    numberArray(newLots.map((lot) => lot.lotId)),
    numberArray(newLots.map((lot) => lot.points)),
    numberArray(newLots.map((lot) => lot.remaining)),
    timeArray(newLots.map((lot) => lot.earnedAt)),
    timeArray(newLots.map((lot) => lot.expiresAt)),
    ...balanceParameters(unknown),
    ...balanceParameters(known),
    numberArray(batch.events.map((event) => event.merchantId)),
    textArray(batch.events.map((event) => event.key)),
    textArray(batch.events.map((event) => event.type)),
    jsonArray(batch.events.map(storedPayload)),
    batch.orders.length,
    unknown.length,
  ];
}

function orderParameters(orders: readonly OrderState[]): string[] {
  return [
    numberArray(orders.map((order) => order.merchantId)),
    numberArray(orders.map((order) => order.orderId)),
    numberArray(orders.map((order) => order.revision)),
    numberArray(orders.map((order) => order.customerId)),
    jsonArray(orders.map((order) => order.facts.snapshot)),
    jsonArray(orders.map((order) => order.facts.refunds)),
    timeArray(orders.map((order) => order.facts.cancelledAt)),
    timeArray(orders.map((order) => order.facts.snapshot?.updatedAt ?? null)),
    jsonArray(orders.map((order) => order.award)),
    numberArray(orders.map((order) => order.duePoints)),
    numberArray(orders.map((order) => order.pendingPoints)),
    numberArray(orders.map((order) => order.availablePoints)),
    timeArray(orders.map((order) => order.approveAt)),
  ];
}

function transferParameters(transfers: readonly Transfer[]): string[] {
  return [
    numberArray(transfers.map((transfer) => transfer.merchantId)),
    numberArray(transfers.map((transfer) => transfer.transferId)),
    numberArray(transfers.map((transfer) => transfer.customerId)),
    textArray(transfers.map((transfer) => transfer.kind)),
    textArray(transfers.map((transfer) => transfer.from)),
    textArray(transfers.map((transfer) => transfer.to)),
    numberArray(transfers.map((transfer) => transfer.points)),
    numberArray(transfers.map((transfer) => transfer.shortfall)),
    textArray(transfers.map((transfer) => transfer.businessKey)),
    numberArray(transfers.map((transfer) => transfer.orderId)),
    numberArray(transfers.map((transfer) => transfer.redemptionId)),
    numberArray(transfers.map((transfer) => transfer.reversesTransferId)),
    numberArray(transfers.map((transfer) => transfer.ruleVersion)),
    jsonArray(transfers.map((transfer) => transfer.lots)),
    textArray(transfers.map((transfer) => transfer.reason)),
    textArray(transfers.map((transfer) => transfer.actor)),
  ];
}

function balanceParameters(changes: readonly CustomerBalance[]): string[] {
  return [
    numberArray(changes.map((change) => change.merchantId)),
    numberArray(changes.map((change) => change.customerId)),
    numberArray(changes.map((change) => change.pending)),
    numberArray(changes.map((change) => change.available)),
    numberArray(changes.map((change) => change.held)),
  ];
}
