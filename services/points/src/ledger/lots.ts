import type { Lot, LotShare } from './transfer.ts';

/** A lot that expired while its points were held comes back with this long to use it (ledger.md). */
export const graceAfterHoldMs = 7 * 24 * 60 * 60 * 1_000;

/** Soonest-expiring first, lots without a date last, older ids first among equals. */
export function bySoonestExpiry(a: Lot, b: Lot): number {
  const left = a.expiresAt?.getTime() ?? Infinity;
  const right = b.expiresAt?.getTime() ?? Infinity;
  return left === right ? a.lotId - b.lotId : left < right ? -1 : 1;
}

/**
 * Takes up to `points` from the lots, soonest-expiring first, changing their `remaining`. Returns what was taken from
 * which; the sum falls short of `points` when the lots do.
 */
export function takeFromLots(lots: readonly Lot[], points: number): LotShare[] {
  const shares: LotShare[] = [];
  let left = points;
  for (const lot of lots.toSorted(bySoonestExpiry)) {
    if (left === 0) break;
    const taken = Math.min(left, lot.remaining);
    if (taken === 0) continue;
    lot.remaining -= taken;
    left -= taken;
    shares.push([lot.lotId, taken]);
  }
  return shares;
}

/**
 * Puts points back into the lots a debit took them from. `debt` points (a balance below zero) are paid off first and
 * enter no lot, so that the lots again sum to what is available.
 */
export function returnToLots(
  lots: readonly Lot[],
  shares: readonly LotShare[],
  options: { debt: number; now: Date },
): void {
  const byId = new Map(lots.map((lot) => [lot.lotId, lot]));
  let debt = options.debt;
  for (const [lotId, points] of shares) {
    const lot = byId.get(lotId);
    if (!lot) throw new Error(`lot ${lotId} of a reversed debit is missing`);
    const paidOff = Math.min(debt, points);
    debt -= paidOff;
    lot.remaining += points - paidOff;
    if (lot.expiresAt && lot.expiresAt <= options.now) {
      lot.expiresAt = new Date(options.now.getTime() + graceAfterHoldMs);
    }
  }
}

/** The next `points` of `shares` after the first `skip`: what a partial reversal gives back after earlier ones. */
export function sliceShares(shares: readonly LotShare[], options: { skip: number; points: number }): LotShare[] {
  const slice: LotShare[] = [];
  let skip = options.skip;
  let left = options.points;
  for (const [lotId, points] of shares) {
    const usable = Math.max(0, points - skip);
    skip = Math.max(0, skip - points);
    const taken = Math.min(usable, left);
    if (taken > 0) slice.push([lotId, taken]);
    left -= taken;
  }
  return slice;
}
