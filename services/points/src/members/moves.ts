/**
 * A move is a transfer as the projections see it: `day` is one of the shop's calendar, `issued`, `redeemed` and `outstanding` are what it adds to those sums.
 * What an order earned and lost again counts when the order was placed, whenever it came in; all else when it was posted.
 * `first_at` is when the transfer says that its customer began: orders that are taken back tell nothing of that.
 * `points_of_either` is what an adjustment or a migration brought the customer, below zero when it took. `only_opens`: of the
 * customer's lots it touches none that was there before, and `opened_expiry` is when the one that it made expires.
 */
const columns = `merchant_id, customer_id, transfer_id, created_at, zone, kind,
  (coalesce(placed_at, created_at) at time zone zone)::date as day,
  case kind when 'earn' then coalesce(placed_at, created_at) else created_at end as first_at,
  case kind when 'earn' then points when 'void' then -points when 'clawback' then -points else 0 end as issued,
  case kind when 'capture' then points when 'restore' then -points else 0 end as redeemed,
  case
    when kind in ('earn', 'restore') then points
    when kind in ('void', 'clawback', 'capture', 'expire') then -points
    when kind in ('adjust', 'migrate') then points_of_either
    else 0
  end as outstanding,
  kind = 'earn' and order_id is not null and business_key = 'order/' || order_id || '/earn' as is_first_of_order,
  only_opens, opened_expiry`;

/**
 * When the order of a transfer was placed: the same in each of its snapshots. Relies on the primary key of `orders`, looked
 * up behind a fence.
 */
function placedOf(transfers: string): string {
  return `left join lateral (
      select (snapshot ->> 'createdAt')::timestamptz as placed_at
      from orders
      where ${transfers}.kind in ('earn', 'void', 'clawback') and orders.merchant_id = ${transfers}.merchant_id
        and orders.order_id = ${transfers}.order_id
      offset 0
    ) as placed on true`;
}

/**
 * Moves that events tell of, between two positions. Of an adjustment or a migration the event does not say which way the
 * points went; its row does. Relies on the primary keys of `outbox`, `lots` and `points_transactions`: `told` is computed
 * first, because below row-level security an index is not searched by a value that is still text.
 */
export const movesOfOutbox = `told as materialized (
  select outbox.merchant_id, (payload ->> 'customerId')::bigint as customer_id,
    (payload ->> 'transferId')::bigint as transfer_id, occurred_at as created_at, types.kind,
    (payload ->> 'points')::bigint as points, (payload ->> 'orderId')::bigint as order_id,
    payload ->> 'businessKey' as business_key, coalesce(projected.zone, 'UTC') as zone
  from outbox
  join unnest($2::text[], $3::text[]) as types (type, kind) using (type)
  left join projected_shops as projected using (merchant_id)
  where outbox.merchant_id = any ($1::bigint[])
    and (xid, id) > ($4::xid8, $5::bigint) and (xid, id) <= ($6::xid8, $7::bigint)
), moves as materialized (
  select ${columns}
  from (
    select told.*, placed.placed_at, either.points_of_either, told.kind in ('earn', 'approve', 'void') as only_opens,
      opened.expires_at as opened_expiry
    from told
    ${placedOf('told')}
    left join lateral (
      select expires_at from lots
      where told.kind in ('earn', 'approve') and lots.merchant_id = told.merchant_id
        and lots.customer_id = told.customer_id and lots.lot_id = told.transfer_id and remaining > 0
      offset 0
    ) as opened on true
    left join lateral (
      select case to_account when 'adjusted' then -points when 'migrated' then -points else points end as points_of_either
      from points_transactions as transfers
      where told.kind in ('adjust', 'migrate') and transfers.merchant_id = told.merchant_id
        and transfers.transfer_id = told.transfer_id and transfers.created_at = told.created_at
      offset 0
    ) as either on true
  ) as transfers
)`;

/** The same from the ledger, less what events after the position ($2, $3) tell. Both see one moment. No lot is a new one here. */
export function movesOfLedger(where: string): string {
  return `later as materialized (
    select (payload ->> 'transferId')::bigint as transfer_id from outbox
    where (xid, id) > ($2::xid8, $3::bigint) and payload ? 'transferId'
  ), moves as materialized (
    select ${columns}
    from (
      select transfers.*, placed.placed_at, coalesce(projected.zone, 'UTC') as zone,
        case to_account when 'adjusted' then -points when 'migrated' then -points else points end as points_of_either,
        false as only_opens, null::timestamptz as opened_expiry
      from points_transactions as transfers
      left join projected_shops as projected using (merchant_id)
      ${placedOf('transfers')}
      where ${where} and transfer_id not in (select transfer_id from later)
    ) as transfers
  )`;
}
