import { numberArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import type { OrderKey } from '../orders/order.repository.ts';

/** Up to where a shop has been compared; before the first comparison, since its programme began. */
export async function findWatermark(tx: Tx, merchantId: number): Promise<Date | undefined> {
  const [row] = await tx.query<{ watermark: Date | null }>(
    `select coalesce(
       (select watermark from reconciliations where merchant_id = $1),
       (select created_at - interval '1 hour' from program_settings where merchant_id = $1 and version = 1)
     ) as watermark`,
    [merchantId],
  );
  return row?.watermark ?? undefined;
}

export type Round = {
  merchantId: number;
  watermark: Date;
  checkedAt: Date;
  checked: number;
  missed: number;
  failure: string | null;
};

export async function recordRound(tx: Tx, round: Round): Promise<void> {
  await tx.query(
    `insert into reconciliations (merchant_id, watermark, checked_at, orders_checked, orders_missed, last_checked, last_missed,
       failure)
     values ($1, $2, $3, $4, $5, $4, $5, $6)
     on conflict (merchant_id) do update set
       watermark = greatest(reconciliations.watermark, excluded.watermark), checked_at = excluded.checked_at,
       orders_checked = reconciliations.orders_checked + excluded.orders_checked,
       orders_missed = reconciliations.orders_missed + excluded.orders_missed,
       last_checked = excluded.last_checked, last_missed = excluded.last_missed, failure = excluded.failure`,
    [round.merchantId, round.watermark, round.checkedAt, round.checked, round.missed, round.failure],
  );
}

/** The last round, with what it looked at and found itself. */
export async function findLastRound(tx: Tx, merchantId: number): Promise<Round | undefined> {
  const [row] = await tx.query<{
    watermark: Date;
    checked_at: Date;
    last_checked: number;
    last_missed: number;
    failure: string | null;
  }>('select watermark, checked_at, last_checked, last_missed, failure from reconciliations where merchant_id = $1', [
    merchantId,
  ]);
  if (!row) return undefined;
  const { watermark, checked_at: checkedAt, last_checked: checked, last_missed: missed, failure } = row;
  return { merchantId, watermark, checkedAt, checked, missed, failure };
}

/** The newest state we have of each of these orders; those never seen are absent. Relies on the primary key of `orders`. */
export async function findUpdatedAt(
  tx: Tx,
  merchantId: number,
  orderIds: readonly number[],
): Promise<Map<number, number>> {
  const rows = await tx.query<{ order_id: number; shopify_updated_at: Date }>(
    `select order_id, shopify_updated_at from orders
     where merchant_id = $1 and order_id = any ($2::bigint[]) and shopify_updated_at is not null`,
    [merchantId, numberArray(orderIds)],
  );
  return new Map(rows.map((row) => [row.order_id, row.shopify_updated_at.getTime()]));
}

export const waitingForGiftCardsSql = `
select merchant_id, order_id from orders
where snapshot -> 'gateways' ? 'gift_card' and snapshot -> 'giftCardMinor' = 'null'
  and (merchant_id, order_id) > ($1::bigint, $2::bigint)
order by merchant_id, order_id
limit $3`;

/**
 * Orders of the stated merchants that wait for the share a gift card paid, after the given one. Relies on
 * `orders_waiting_for_gift_cards`.
 */
export async function findWaitingForGiftCards(
  tx: Tx,
  { after, limit }: { after: OrderKey | undefined; limit: number },
): Promise<OrderKey[]> {
  const place = [after?.merchantId ?? 0, after?.orderId ?? 0];
  const rows = await tx.query<{ merchant_id: number; order_id: number }>(waitingForGiftCardsSql, [...place, limit]);
  return rows.map((row) => ({ merchantId: row.merchant_id, orderId: row.order_id }));
}
