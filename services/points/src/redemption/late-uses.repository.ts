import type { Tx } from '@loyalnest/platform/database/database';
import { redemptionColumns, redemptionFromRow, type RedemptionRow } from './redemption.repository.ts';
import type { Redemption } from './redemption.ts';

/**
 * Rewards of these merchants that an order used after their points had gone back, those first that were looked at longest
 * ago. Relies on `reward_redemptions_used_late`.
 */
export async function findLateUses(
  tx: Tx,
  { givenBackSince, limit }: { givenBackSince: Date; limit: number },
): Promise<Redemption[]> {
  const rows = await tx.query<RedemptionRow>(
    `select ${redemptionColumns} from reward_redemptions
     where status in ('released', 'failed') and order_id is not null and settled_at >= $1
     order by coalesce(checked_at, settled_at)
     limit $2`,
    [givenBackSince, limit],
  );
  return rows.map(redemptionFromRow);
}

export async function markChecked(tx: Tx, { merchantId, redemptionId }: Redemption, now: Date): Promise<void> {
  await tx.query('update reward_redemptions set checked_at = $3 where merchant_id = $1 and redemption_id = $2', [
    merchantId,
    redemptionId,
    now,
  ]);
}

/** Writes a redemption whose points were held anew, and its owner's balance row is locked. */
export async function writeCharged(tx: Tx, redemption: Redemption, now: Date): Promise<void> {
  await tx.query(
    `update reward_redemptions
     set status = $3, shares = $4, hold_transfer_id = $5, capture_transfer_id = $6, restored_points = $7, settled_at = $8
     where merchant_id = $1 and redemption_id = $2`,
    [
      redemption.merchantId,
      redemption.redemptionId,
      redemption.status,
      JSON.stringify(redemption.shares),
      redemption.holdTransferId,
      redemption.captureTransferId,
      redemption.restoredPoints,
      now,
    ],
  );
}
