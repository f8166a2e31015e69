import type { Entry } from '../ledger/book.ts';
import { sliceShares } from '../ledger/lots.ts';
import { isDead } from '../orders/award.ts';
import type { OrderState } from '../orders/order-plan.ts';
import type { OrderFacts } from '../orders/order-snapshot.ts';
import type { Redemption } from './redemption.ts';
import type { RedemptionLookup } from './redemption.repository.ts';

export type RedemptionPlan = { entries: Entry[]; changed: Redemption[] };

/**
 * What an order's facts mean for the rewards whose codes it used: capture once, give back as it is refunded. A reward whose
 * points had gone back before names the order from then on; `LateUses` charges it.
 */
export function planRedemptions(order: OrderState, lookup: RedemptionLookup): RedemptionPlan {
  const plan: RedemptionPlan = { entries: [], changed: [] };
  for (const before of lookup.ofOrder(order)) {
    const entries = planOne(before, order);
    const after = noteLateUse(
      entries.reduce((redemption, entry) => apply(redemption, entry, order.orderId), before),
      order,
    );
    if (after === before) continue;
    plan.entries.push(...entries);
    plan.changed.push(after);
  }
  return plan;
}

function noteLateUse(redemption: Redemption, { orderId, facts }: OrderState): Redemption {
  const isGivenBack = redemption.status === 'released' || redemption.status === 'failed';
  return isGivenBack && redemption.orderId === null && facts.snapshot ? { ...redemption, orderId } : redemption;
}

function planOne(redemption: Redemption, order: OrderState): Entry[] {
  if (redemption.orderId !== null && redemption.orderId !== order.orderId) return [];
  const entries: Entry[] = [];
  const isHeld = redemption.status === 'held' || redemption.status === 'active' || redemption.status === 'releasing';
  if (isHeld && order.facts.snapshot) {
    entries.push({
      ...common(redemption, order),
      kind: 'capture',
      points: redemption.points,
      businessKey: `redemption/${redemption.redemptionId}/capture`,
    });
  }
  if (!isHeld && redemption.status !== 'captured') return entries;
  const back = pointsToGiveBack(redemption, order.facts) - redemption.restoredPoints;
  if (back > 0) {
    entries.push({
      ...common(redemption, order),
      kind: 'restore',
      points: back,
      businessKey: `redemption/${redemption.redemptionId}/restore/${order.revision}`,
      shares: sliceShares(redemption.shares, { skip: redemption.restoredPoints, points: back }),
      ...(redemption.captureTransferId === null ? {} : { reversesTransferId: redemption.captureTransferId }),
    });
  }
  return entries;
}

/**
 * Cumulative share of the reward that comes back: all of it for a dead order, else what the refunds are of the total. Of an
 * order that cost nothing, because the reward paid for it, the pieces that were returned count.
 */
export function pointsToGiveBack(redemption: Pick<Redemption, 'points'>, facts: OrderFacts): number {
  if (!facts.snapshot) return 0;
  if (isDead(facts)) return redemption.points;
  const { totalMinor, lines } = facts.snapshot;
  const refunds = Object.values(facts.refunds);
  const refunded = refunds.reduce((sum, refund) => sum + refund.totalMinor, 0);
  if (totalMinor > 0) return share(redemption.points, refunded, totalMinor);
  const returned = refunds.flatMap((refund) => refund.lines).reduce((sum, line) => sum + line.quantity, 0);
  return share(
    redemption.points,
    returned,
    lines.reduce((sum, line) => sum + line.quantity, 0),
  );
}

function share(points: number, part: number, whole: number): number {
  if (part <= 0) return 0;
  return part >= whole ? points : Number((BigInt(points) * BigInt(part)) / BigInt(whole));
}

function common(redemption: Redemption, order: OrderState) {
  return {
    customerId: redemption.customerId,
    orderId: order.orderId,
    redemptionId: redemption.redemptionId,
    actor: 'shopify',
  };
}

function apply(redemption: Redemption, entry: Entry, orderId: number): Redemption {
  if (entry.kind === 'capture') return { ...redemption, status: 'captured', orderId };
  if (entry.kind === 'restore') return { ...redemption, restoredPoints: redemption.restoredPoints + entry.points };
  return redemption;
}
