import { defaultProgrammeSettings } from '@loyalnest/contracts/programme';
import { freezeAward } from '@loyalnest/points/orders/award';
import type { OrderLine, OrderSnapshot } from '@loyalnest/points/orders/order-snapshot';
import pg from 'pg';
import { customerIdBase } from '../../orders/population.ts';

const orderIdBase = 5_000_000_000_000;
/** Each order has the transfer it earns, and room for a hold and a capture of a reward taken right after it. */
const transfersPerOrder = 3;

/**
 * Gives a shop's customers a year of orders: points earned, some still pending, some used for the shop's first reward. Written
 * as the owner and in sets, but so that the ledger adds up. Every amount follows from the customer's number, so that two
 * runs have the same shop. Projections are not touched.
 */
export async function writeLargeLedger(
  ownerUrl: string,
  { merchantId, customers, now }: { merchantId: number; customers: number; now: Date },
): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query(
      `select points.ensure_transaction_partitions(($1::timestamptz - interval '13 months')::date, 15)`,
      [now],
    );
    await client.query(drawOrders);
    await client.query('select pg_temp.draw_orders($1, $2)', [customers, now]);
    const { rows } = await client.query<{ base: string }>(`select nextval('points.transfer_ids') as base`);
    const base = rows[0]?.base;
    await client.query(
      `select setval('points.transfer_ids', (
         select $1::bigint + 1024 * (1 + max(n) * ${transfersPerOrder} / 1024) from drawn_orders))`,
      [base],
    );
    await client.query('begin');
    const { order, line, award } = templates(now);
    await client.query(writeOrders, [merchantId, base, order, line, award]);
    await client.query(writeRedemptions, [merchantId, base, now]);
    await client.query(writeTransfers, [merchantId, base]);
    await client.query(writeRest, [merchantId, base]);
    await client.query('commit');
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}

/** What all orders share; the statements put in what differs. */
function templates(now: Date): { order: string; line: string; award: string } {
  const line: OrderLine = {
    id: 1,
    productId: 8_000_000_000_001,
    quantity: 1,
    currentQuantity: 1,
    priceMinor: 100,
    discountMinor: 0,
    taxMinor: 0,
    isGiftCard: false,
  };
  const order: OrderSnapshot = {
    name: '#1',
    createdAt: now.toISOString(),
    updatedAt: now.toISOString(),
    customerId: customerIdBase,
    wasGuest: false,
    currency: 'EUR',
    isTest: false,
    financialStatus: 'paid',
    isFulfilled: true,
    cancelledAt: null,
    taxesIncluded: true,
    totalMinor: 100,
    lines: [line],
    shippingMinor: 0,
    shippingTaxMinor: 0,
    codes: [],
    gateways: ['shopify_payments'],
    giftCardMinor: null,
  };
  const award = freezeAward(
    { snapshot: order, refunds: {}, cancelledAt: null },
    { ruleVersion: 1, rule: defaultProgrammeSettings.purchase, multiplier: '1' },
  );
  return { order: JSON.stringify(order), line: JSON.stringify(line), award: JSON.stringify(award) };
}

/**
 * One order for most, up to five for some, over the year before the last two hours. Those of the last three days are
 * pending. One point per unit of the currency, as in a new shop's rules.
 */
const drawOrders = `
create function pg_temp.draw(number bigint, seed bigint) returns float8
  language sql immutable return (hashint8extended(number, seed) & ((1::bigint << 40) - 1)) / (1::bigint << 40)::float8;
create function pg_temp.draw_orders(customers bigint, now timestamptz) returns void
  language sql as $$
  create temp table drawn_orders as
  select row_number() over (order by created_at, customer, nth) as n, *, minor / 100 as points,
    created_at > now - interval '3 days' as is_pending
  from (
    select customer, nth,
      date_trunc('second', now - interval '2 hours' - pg_temp.draw(customer * 8 + nth, 1) * interval '365 days') as created_at,
      500 + floor(pg_temp.draw(customer * 8 + nth, 2) ^ 3 * 25000)::bigint as minor
    from generate_series(0, customers - 1) as customer
    cross join lateral generate_series(1, 1 + floor(5 * pg_temp.draw(customer, 3) ^ 3)::integer) as nth
  ) as drawn;
  analyze drawn_orders;
$$`;

const writeOrders = `
insert into points.orders (merchant_id, order_id, revision, customer_id, snapshot, shopify_updated_at, award, due_points,
  pending_points, available_points, approve_at)
select $1::bigint, order_id, 1, customer_id,
  $3::jsonb || jsonb_build_object('name', '#' || 1000 + n, 'createdAt', iso, 'updatedAt', iso, 'customerId', customer_id,
    'totalMinor', minor, 'lines', jsonb_build_array($4::jsonb || jsonb_build_object('id', order_id, 'priceMinor', minor))),
  created_at,
  $5::jsonb || jsonb_build_object('transferId', $2::bigint + n * ${transfersPerOrder},
    'lines', jsonb_build_array(jsonb_build_array(order_id, minor, points))),
  points, case when is_pending then points else 0 end, case when is_pending then 0 else points end,
  case when is_pending then created_at + interval '14 days' end
from drawn_orders, lateral (
  select ${orderIdBase} + n as order_id, ${customerIdBase} + customer as customer_id,
    to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as iso
) as named`;

/**
 * A third of those who can afford the first reward took it, a minute after their last order. Codes of the last two months may
 * still be unused. Lots give in the order in which they expire.
 */
const writeRedemptions = `
create temp table drawn_redemptions as
with reward as (
  select reward_id, points from points.rewards where merchant_id = $1 order by reward_id limit 1
), takers as (
  select customer, max(n) as n, max(created_at) + interval '1 minute' as created_at, reward_id, reward.points
  from drawn_orders as orders cross join reward
  where not is_pending and pg_temp.draw(customer, 4) < 0.33
  group by customer, reward_id, reward.points
  having sum(orders.points) >= reward.points
), taken as (
  select takers.*, orders.n as lot,
    least(orders.points, greatest(0, takers.points - (sum(orders.points) over earlier - orders.points))) as share
  from takers join drawn_orders as orders using (customer)
  where not is_pending
  window earlier as (partition by customer order by orders.n)
)
select customer, n, created_at, reward_id, points,
  created_at > $3::timestamptz - interval '60 days' and pg_temp.draw(customer, 5) < 0.3 as is_open,
  jsonb_agg(jsonb_build_array($2::bigint + lot * ${transfersPerOrder}, share) order by lot) filter (where share > 0) as shares
from taken
group by customer, n, created_at, reward_id, points`;

const writeTransfers = `
with redemptions as (
  insert into points.reward_redemptions (merchant_id, customer_id, reward_id, points, code, bucket, status, shares,
    hold_transfer_id, capture_transfer_id, order_id, created_at, expires_at, settled_at, request_key)
  select $1::bigint, ${customerIdBase} + customer, reward_id, points, 'LOYAL-' || upper(to_hex(16777216 + customer)), 'bench',
    case when is_open then 'active' else 'captured' end, shares, $2::bigint + n * ${transfersPerOrder} + 1,
    case when not is_open then $2::bigint + n * ${transfersPerOrder} + 2 end,
    case when not is_open then ${orderIdBase} + n end, created_at, created_at + interval '90 days',
    case when not is_open then created_at + interval '1 minute' end, 'bench/' || customer
  from drawn_redemptions
  returning redemption_id, customer_id, points, shares, hold_transfer_id, capture_transfer_id, order_id, created_at
), transfers as (
  insert into points.points_transactions (merchant_id, transfer_id, created_at, customer_id, kind, from_account, to_account,
    points, business_key, order_id, redemption_id, rule_version, lots, actor)
  select $1::bigint, $2::bigint + n * ${transfersPerOrder}, created_at, ${customerIdBase} + customer, 'earn', 'issued',
    case when is_pending then 'pending' else 'available' end, points, 'order/' || ${orderIdBase} + n || '/earn',
    ${orderIdBase} + n, null, 1, null, 'shopify'
  from drawn_orders
  union all
  select $1, hold_transfer_id, created_at, customer_id, 'hold', 'available', 'held', points,
    'redemption/' || redemption_id || '/hold', null, redemption_id, null, shares, 'customer'
  from redemptions
  union all
  select $1, capture_transfer_id, created_at + interval '1 minute', customer_id, 'capture', 'held', 'redeemed', points,
    'redemption/' || redemption_id || '/capture', order_id, redemption_id, null, null, 'shopify'
  from redemptions where capture_transfer_id is not null
  returning business_key, transfer_id, created_at
)
insert into points.transfer_keys (merchant_id, business_key, transfer_id, created_at)
select $1, business_key, transfer_id, created_at from transfers`;

const writeRest = `
with used as (
  select (share ->> 0)::bigint as lot_id, (share ->> 1)::bigint as points
  from drawn_redemptions, jsonb_array_elements(shares) as share
), written_lots as (
  insert into points.lots (merchant_id, customer_id, lot_id, points, remaining, earned_at, expires_at)
  select $1::bigint, ${customerIdBase} + customer, lot_id, orders.points, orders.points - coalesce(used.points, 0), created_at,
    created_at + interval '13 months'
  from (select *, $2::bigint + n * ${transfersPerOrder} as lot_id from drawn_orders where not is_pending) as orders
  left join used using (lot_id)
)
insert into points.customer_balances (merchant_id, customer_id, pending, available, held)
select $1, ${customerIdBase} + customer, coalesce(sum(orders.points) filter (where is_pending), 0),
  coalesce(sum(orders.points) filter (where not is_pending), 0) - coalesce(max(taken.points), 0),
  coalesce(max(taken.points) filter (where is_open), 0)
from drawn_orders as orders left join drawn_redemptions as taken using (customer)
group by customer`;
