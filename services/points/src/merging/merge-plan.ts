import { takeFromLots } from '../ledger/lots.ts';
import type { Posting } from '../ledger/book.ts';
import type { Balance, CustomerAccount, Lot, LotShare, Transfer } from '../ledger/transfer.ts';

export type MergingCustomer = { customerId: number; balance: Balance; lots: readonly Lot[] };

export type Merge = {
  merchantId: number;
  from: MergingCustomer;
  to: MergingCustomer;
  /** Tells this merge from an earlier one of the same two: what came in late is moved as well. */
  round: number;
  nextTransferId: () => number;
};

const accounts = ['pending', 'available', 'held'] as const satisfies readonly CustomerAccount[];

/**
 * Moves everything one customer has, or owes, to another: two transfers per account. Lots move as they are, with their
 * dates; the caller gives them to the other customer, and this says which of them pay off a debt that one of the two had.
 */
export function planMerge({ merchantId, from, to, round, nextTransferId }: Merge): Posting {
  const posting: Posting = { transfers: [], newLots: [], changedLots: [], balanceChanges: [] };
  const moved = accounts.filter((account) => from.balance[account] !== 0);
  if (moved.length === 0) return posting;

  const lots = [...from.lots, ...to.lots].map((lot) => ({ ...lot }));
  const owned = Math.max(0, from.balance.available + to.balance.available);
  const paidOff = takeFromLots(lots, lots.reduce((sum, lot) => sum + lot.remaining, 0) - owned);

  for (const account of accounts) {
    const points = from.balance[account];
    if (points === 0) continue;
    const of = { merchantId, from: from.customerId, to: to.customerId, round, account, points, nextTransferId };
    const left = account === 'available' ? from.lots.filter(({ remaining }) => remaining > 0).map(shareOf) : [];
    posting.transfers.push(leg({ ...of, side: 'out', lots: left }));
    posting.transfers.push(leg({ ...of, side: 'in', lots: account === 'available' ? paidOff : [] }));
  }
  const { pending, available, held } = from.balance;
  posting.balanceChanges.push(
    { customerId: from.customerId, pending: 0 - pending, available: 0 - available, held: 0 - held },
    { customerId: to.customerId, pending, available, held },
  );
  const changed = new Set(paidOff.map(([lotId]) => lotId));
  posting.changedLots = lots
    .filter(({ lotId }) => changed.has(lotId))
    .map((lot) => ({ ...lot, customerId: to.customerId }));
  return posting;
}

type Leg = {
  merchantId: number;
  from: number;
  to: number;
  round: number;
  account: CustomerAccount;
  /** Below zero: a debt moves. */
  points: number;
  side: 'out' | 'in';
  lots: LotShare[];
  nextTransferId: () => number;
};

function leg({ merchantId, from, to, round, account, points, side, lots, nextTransferId }: Leg): Transfer {
  const takesFromCustomer = (side === 'out') === points > 0;
  return {
    merchantId,
    transferId: nextTransferId(),
    customerId: side === 'out' ? from : to,
    kind: 'migrate',
    from: takesFromCustomer ? account : 'migrated',
    to: takesFromCustomer ? 'migrated' : account,
    points: Math.abs(points),
    shortfall: 0,
    businessKey: `merge/${from}/${to}/${round}/${account}/${side}`,
    orderId: null,
    redemptionId: null,
    reversesTransferId: null,
    ruleVersion: null,
    lots: lots.length > 0 ? lots : null,
    reason: side === 'out' ? `Merged into customer ${to}` : `Merged from customer ${from}`,
    actor: 'shopify',
  };
}

function shareOf(lot: Lot): LotShare {
  return [lot.lotId, lot.remaining];
}
