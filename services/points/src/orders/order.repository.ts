import { numberArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import type { Award } from './award.ts';
import type { OrderState } from './order-plan.ts';
import { noFacts, type OrderSnapshot, type Refunds } from './order-snapshot.ts';

export type OrderKey = { merchantId: number; orderId: number };

type OrderRow = {
  merchant_id: number;
  order_id: number;
  revision: number;
  customer_id: number | null;
  snapshot: OrderSnapshot | null;
  refunds: Refunds;
  cancelled_at: Date | null;
  award: Award | null;
  due_points: number;
  pending_points: number;
  available_points: number;
  approve_at: Date | null;
};

/** Orders of a batch and the settings epoch, in one look; the left join keeps a row to carry the epoch. */
export const readOrdersSql = `
select epoch.epoch, orders.merchant_id, orders.order_id, orders.revision, orders.customer_id, orders.snapshot,
  orders.refunds, orders.cancelled_at, orders.award, orders.due_points, orders.pending_points, orders.available_points,
  orders.approve_at
from settings_epoch as epoch
left join (
  unnest($1::bigint[], $2::bigint[]) as wanted (merchant_id, order_id)
  cross join lateral (
    select * from orders
    where orders.merchant_id = wanted.merchant_id and orders.order_id = wanted.order_id
    offset 0
  ) as orders
) on true`;

/** The orders that exist, and the settings epoch. Relies on the primary key of `orders`. */
export async function readOrders(tx: Tx, keys: readonly OrderKey[]): Promise<{ orders: OrderState[]; epoch: number }> {
  const rows = await tx.query<OrderRow & { epoch: number }>(
    readOrdersSql,
    [numberArray(keys.map((key) => key.merchantId)), numberArray(keys.map((key) => key.orderId))],
    'read-orders',
  );
  const [first] = rows;
  if (!first) throw new Error('settings_epoch has no row');
  return { epoch: first.epoch, orders: rows.filter((row) => row.order_id !== null).map(fromRow) };
}

export function newOrder(key: OrderKey): OrderState {
  return {
    ...key,
    revision: 0,
    customerId: null,
    facts: noFacts,
    award: null,
    duePoints: 0,
    pendingPoints: 0,
    availablePoints: 0,
    approveAt: null,
  };
}

function fromRow(row: OrderRow): OrderState {
  return {
    merchantId: row.merchant_id,
    orderId: row.order_id,
    revision: row.revision,
    customerId: row.customer_id,
    facts: { snapshot: row.snapshot, refunds: row.refunds, cancelledAt: row.cancelled_at?.toISOString() ?? null },
    award: row.award,
    duePoints: row.due_points,
    pendingPoints: row.pending_points,
    availablePoints: row.available_points,
    approveAt: row.approve_at,
  };
}
