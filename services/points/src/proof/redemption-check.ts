import { numberArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import type { RedemptionStatus } from '../redemption/redemption.ts';
import type { Findings } from './findings.ts';
import { stream } from './snapshot.ts';

type RedemptionRow = {
  merchant_id: number;
  /** `null`: transfers that name no redemption though their kind needs one. */
  redemption_id: number | null;
  /** `null`: transfers of a redemption that does not exist. */
  status: RedemptionStatus | null;
  points: number;
  restored_points: number;
  hold_transfer_id: number;
  capture_transfer_id: number | null;
  transfers: number;
  held: number;
  captured: number;
  released: number;
  restored: number;
  hold_id: number | null;
  capture_id: number | null;
};

/** Each redemption beside the transfers that name it. */
const redemptionsSql = `
with posted as (
  select merchant_id, redemption_id, count(*) as transfers,
    coalesce(sum(points) filter (where kind = 'hold'), 0) as held,
    coalesce(sum(points) filter (where kind = 'capture'), 0) as captured,
    coalesce(sum(points) filter (where kind = 'release'), 0) as released,
    coalesce(sum(points) filter (where kind = 'restore'), 0) as restored,
    max(transfer_id) filter (where kind = 'hold') as hold_id,
    max(transfer_id) filter (where kind = 'capture') as capture_id
  from points_transactions
  where merchant_id = any ($1::bigint[]) and kind in ('hold', 'capture', 'release', 'restore')
  group by merchant_id, redemption_id
), redemptions as (
  select merchant_id, redemption_id, status, points, restored_points, hold_transfer_id, capture_transfer_id
  from reward_redemptions
  where merchant_id = any ($1::bigint[])
)
select merchant_id, redemption_id, status, points, restored_points, hold_transfer_id, capture_transfer_id,
  coalesce(transfers, 0) as transfers,
  coalesce(held, 0)::bigint as held,
  coalesce(captured, 0)::bigint as captured,
  coalesce(released, 0)::bigint as released,
  coalesce(restored, 0)::bigint as restored,
  hold_id, capture_id
from redemptions
full join posted using (merchant_id, redemption_id)`;

/** Every capture, release and restore has its hold, and a redemption's transfers add up to its status. */
export async function checkRedemptions(tx: Tx, merchantIds: readonly number[], findings: Findings): Promise<void> {
  for await (const row of stream<RedemptionRow>(tx, redemptionsSql, [numberArray(merchantIds)])) {
    if (row.status !== null) findings.count('redemptions', row.merchant_id);
    const difference = redemptionDifference(row);
    if (difference) findings.differ('redemptions', row.merchant_id, difference);
  }
}

function redemptionDifference(row: RedemptionRow): string | undefined {
  if (row.redemption_id === null) return `${row.transfers} transfers of rewards name no redemption`;
  const name = `redemption ${row.redemption_id}`;
  if (row.status === null) return `${name} does not exist, but ${row.transfers} transfers name it`;

  const { held, captured, released, restored, points } = row;
  const isGivenBack = row.status === 'released' || row.status === 'failed';
  // Points that had gone back when the order came that used the code are held a second time and captured then.
  const timesHeld = row.status === 'captured' && released > 0 ? 2 : 1;
  const isAsWanted =
    held === points * timesHeld &&
    captured === (row.status === 'captured' ? points : 0) &&
    released === (isGivenBack || timesHeld === 2 ? points : 0) &&
    restored === row.restored_points;
  if (!isAsWanted) {
    return (
      `${name} of ${points} points is ${row.status} with ${row.restored_points} restored, but its transfers hold ${held}, ` +
      `capture ${captured}, release ${released} and restore ${restored}`
    );
  }
  if (restored > captured) return `${name}: ${restored} points restored of ${captured} captured`;
  if (row.hold_id !== row.hold_transfer_id)
    return `${name} names transfer ${row.hold_transfer_id} as its hold; it is ${row.hold_id}`;
  if (row.capture_id === row.capture_transfer_id) return undefined;
  return `${name} names transfer ${row.capture_transfer_id} as its capture; it is ${row.capture_id}`;
}
