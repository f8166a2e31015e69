import type { Posting } from '../ledger/book.ts';
import { returnToLots, takeFromLots } from '../ledger/lots.ts';
import type { Balance, Lot, LotShare, Transfer } from '../ledger/transfer.ts';

/** The business key of an undo names the transfer it undoes, so that there can be one. */
export const undoKeyPrefix = 'adjust/';
export const undoKeySuffix = '/undo';

export function undoKey(transferId: number): string {
  return `${undoKeyPrefix}${transferId}${undoKeySuffix}`;
}

/** What a member of staff gave or took, and nobody else; undoing an undo would be adjusting again, which needs a reason. */
export function isUndoable({ kind, actor, reversesTransferId }: Transfer): boolean {
  return kind === 'adjust' && actor.startsWith('staff:') && reversesTransferId === null;
}

/** Points that an adjustment gave, or took when below zero. */
export function adjustedPoints({ to, points }: Pick<Transfer, 'to' | 'points'>): number {
  return to === 'available' ? points : -points;
}

export type Undo = {
  undone: Transfer;
  balance: Balance;
  /** The customer's lots with points left, and those that the transfer to be undone made or took from. */
  lots: readonly Lot[];
  /** Whether points of the lot that was given have expired: they are gone already. */
  hasExpired: boolean;
  actor: string;
  transferId: number;
  now: Date;
};

export type UndoPlan =
  { outcome: 'planned'; transfer: Transfer; posting: Posting } | { outcome: 'insufficient'; available: number };

/**
 * The transfer that reverses an adjustment. What was taken goes back into the very lots it came from. What was given is
 * taken from the lot it made, and as far as that was spent, from the others: a point is a point. Never more than is there.
 */
export function planUndo({ undone, balance, lots: before, hasExpired, actor, transferId, now }: Undo): UndoPlan {
  const { customerId, points } = undone;
  const lots = before.map((lot) => ({ ...lot }));
  const gave = undone.to === 'available';
  if (gave && (hasExpired || balance.available < points))
    return { outcome: 'insufficient', available: balance.available };

  const shares = gave ? takeBack(lots, undone) : (undone.lots ?? []);
  if (!gave) returnToLots(lots, shares, { debt: Math.max(0, -balance.available), now });
  const transfer: Transfer = {
    ...undone,
    transferId,
    from: undone.to,
    to: undone.from,
    businessKey: undoKey(undone.transferId),
    reversesTransferId: undone.transferId,
    lots: shares.length > 0 ? shares : null,
    actor,
  };
  const changed = new Set(shares.map(([lotId]) => lotId));
  const posting: Posting = {
    transfers: [transfer],
    newLots: [],
    changedLots: lots.filter(({ lotId }) => changed.has(lotId)).map((lot) => ({ ...lot, customerId })),
    balanceChanges: [{ customerId, pending: 0, available: gave ? -points : points, held: 0 }],
  };
  return { outcome: 'planned', transfer, posting };
}

function takeBack(lots: readonly Lot[], { transferId, points }: Transfer): LotShare[] {
  const own = lots.filter(({ lotId }) => lotId === transferId);
  const shares = takeFromLots(own, points);
  const left = shares.reduce((sum, [, taken]) => sum - taken, points);
  return [...shares, ...takeFromLots(lots, left)];
}
