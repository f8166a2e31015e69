import { numberArray, textArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import type { LotShare } from '../ledger/transfer.ts';
import type { OrderFacts } from '../orders/order-snapshot.ts';
import type { Redemption, RedemptionStatus } from './redemption.ts';

export type RedemptionRow = {
  merchant_id: number;
  redemption_id: number;
  customer_id: number;
  reward_id: number;
  points: number;
  code: string;
  bucket: string;
  status: RedemptionStatus;
  shares: LotShare[];
  hold_transfer_id: number;
  capture_transfer_id: number | null;
  order_id: number | null;
  restored_points: number;
  created_at: Date;
  expires_at: Date | null;
};

export const redemptionColumns = `merchant_id, redemption_id, customer_id, reward_id, points, code, bucket, status, shares,
  hold_transfer_id, capture_transfer_id, order_id, restored_points, created_at, expires_at`;

export function redemptionFromRow(row: RedemptionRow): Redemption {
  return {
    merchantId: row.merchant_id,
    redemptionId: row.redemption_id,
    customerId: row.customer_id,
    rewardId: row.reward_id,
    points: row.points,
    code: row.code,
    bucket: row.bucket,
    status: row.status,
    shares: row.shares,
    holdTransferId: row.hold_transfer_id,
    captureTransferId: row.capture_transfer_id,
    orderId: row.order_id,
    restoredPoints: row.restored_points,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}

type UsingOrder = { merchantId: number; orderId: number; facts: OrderFacts };

/** Redemptions that orders of a batch used, by order and by code. */
export class RedemptionLookup {
  #all: readonly Redemption[];

  constructor(redemptions: readonly Redemption[]) {
    this.#all = redemptions;
  }

  /** From here on these are as they were changed. */
  record(changed: readonly Redemption[]): void {
    if (changed.length === 0) return;
    const byId = new Map(changed.map((redemption) => [redemption.redemptionId, redemption]));
    this.#all = this.#all.map((redemption) => byId.get(redemption.redemptionId) ?? redemption);
  }

  ofOrder(order: UsingOrder): Redemption[] {
    if (this.#all.length === 0) return [];
    const codes = order.facts.snapshot?.codes ?? [];
    return this.#all.filter(
      (redemption) =>
        redemption.merchantId === order.merchantId &&
        (redemption.orderId === order.orderId || (redemption.orderId === null && codes.includes(redemption.code))),
    );
  }
}

/** Redemptions of these customers, whose balance rows are locked, that these orders used or name by code. */
export async function findRedemptionsOfOrders(
  tx: Tx,
  orders: readonly Pick<UsingOrder, 'merchantId' | 'facts'>[],
): Promise<RedemptionLookup> {
  const coded = orders.filter((order) => (order.facts.snapshot?.codes.length ?? 0) > 0);
  if (coded.length === 0) return new RedemptionLookup([]);
  const codes = coded.flatMap((order) =>
    (order.facts.snapshot?.codes ?? []).map((code) => ({ merchantId: order.merchantId, code })),
  );
  const rows = await tx.query<RedemptionRow>(
    `select taken.*
     from (select distinct * from unnest($1::bigint[], $2::text[])) as used (merchant_id, code)
     cross join lateral (
       select ${redemptionColumns} from reward_redemptions
       where reward_redemptions.merchant_id = used.merchant_id and reward_redemptions.code = used.code
       offset 0
     ) as taken`,
    [numberArray(codes.map(({ merchantId }) => merchantId)), textArray(codes.map(({ code }) => code))],
    'find-redemptions-by-code',
  );
  return new RedemptionLookup(rows.map(redemptionFromRow));
}

/** Writes back what changed of redemptions whose customer's balance row is locked. */
export async function writeRedemptions(tx: Tx, redemptions: readonly Redemption[], now: Date): Promise<void> {
  for (const redemption of redemptions) {
    await tx.query(
      `update reward_redemptions
       set status = $3, order_id = $4, capture_transfer_id = $5, restored_points = $6,
         settled_at = case when $3 in ('captured', 'released', 'failed') then coalesce(settled_at, $7) end
       where merchant_id = $1 and redemption_id = $2`,
      [
        redemption.merchantId,
        redemption.redemptionId,
        redemption.status,
        redemption.orderId,
        redemption.captureTransferId,
        redemption.restoredPoints,
        now,
      ],
    );
  }
}

export async function findRedemption(
  tx: Tx,
  merchantId: number,
  redemptionId: number,
): Promise<Redemption | undefined> {
  const [row] = await tx.query<RedemptionRow>(
    `select ${redemptionColumns} from reward_redemptions where merchant_id = $1 and redemption_id = $2`,
    [merchantId, redemptionId],
  );
  return row && redemptionFromRow(row);
}

export async function findByRequest(tx: Tx, merchantId: number, requestKey: string): Promise<Redemption | undefined> {
  const [row] = await tx.query<RedemptionRow>(
    `select ${redemptionColumns} from reward_redemptions where merchant_id = $1 and request_key = $2`,
    [merchantId, requestKey],
  );
  return row && redemptionFromRow(row);
}

/** A customer's redemptions, newest first. Relies on `reward_redemptions_by_customer`. */
export async function listRedemptions(
  tx: Tx,
  of: { merchantId: number; customerId: number; beforeRedemptionId: number | undefined; limit: number },
): Promise<Redemption[]> {
  const rows = await tx.query<RedemptionRow>(
    `select ${redemptionColumns} from reward_redemptions
     where merchant_id = $1 and customer_id = $2 and redemption_id < $3
     order by redemption_id desc
     limit $4`,
    [of.merchantId, of.customerId, of.beforeRedemptionId ?? Number.MAX_SAFE_INTEGER, of.limit],
  );
  return rows.map(redemptionFromRow);
}

export async function nextRedemptionId(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ id: number }>(`select nextval('reward_redemptions_redemption_id_seq') as id`);
  if (!row) throw new Error('no redemption id');
  return row.id;
}

export async function addRedemption(tx: Tx, redemption: Redemption, requestKey: string): Promise<void> {
  await tx.query(
    `insert into reward_redemptions (merchant_id, redemption_id, customer_id, reward_id, points, code, bucket, status,
       shares, hold_transfer_id, created_at, expires_at, request_key)
     overriding system value
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      redemption.merchantId,
      redemption.redemptionId,
      redemption.customerId,
      redemption.rewardId,
      redemption.points,
      redemption.code,
      redemption.bucket,
      redemption.status,
      JSON.stringify(redemption.shares),
      redemption.holdTransferId,
      redemption.createdAt,
      redemption.expiresAt,
      requestKey,
    ],
  );
}

/** How often a reward was taken and not given back. */
export async function countTaken(
  tx: Tx,
  reward: { merchantId: number; rewardId: number },
  customerId: number,
): Promise<{ byCustomer: number; inTotal: number }> {
  const [row] = await tx.query<{ by_customer: number; in_total: number }>(
    `select count(*) filter (where customer_id = $3) as by_customer, count(*) as in_total
     from reward_redemptions
     where merchant_id = $1 and reward_id = $2 and status not in ('released', 'failed')`,
    [reward.merchantId, reward.rewardId, customerId],
  );
  return { byCustomer: row?.by_customer ?? 0, inTotal: row?.in_total ?? 0 };
}

/**
 * Redemptions of these merchants that time has to move on: codes not yet made, codes past their date, codes being taken
 * back. Relies on `reward_redemptions_unsettled`.
 */
export async function findUnsettled(
  tx: Tx,
  options: { now: Date; heldBefore: Date; limit: number },
): Promise<Redemption[]> {
  const rows = await tx.query<RedemptionRow>(
    `select ${redemptionColumns} from reward_redemptions
     where (status = 'held' and created_at < $2)
       or (status = 'active' and expires_at <= $1)
       or (status = 'releasing' and created_at < $2)
     order by created_at
     limit $3`,
    [options.now, options.heldBefore, options.limit],
  );
  return rows.map(redemptionFromRow);
}
