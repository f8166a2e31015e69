import type { HistoryEntry } from '@loyalnest/contracts/rest/points';
import type { TFunction } from 'i18next';

export type TransferWords = {
  t: TFunction;
  /** "37 points", as the shop calls them. */
  points: (count: number) => string;
  /** A decimal in text, such as a rate, as the reader's language writes it. */
  decimal: (text: string) => string;
};

/** Reasons that the product itself gives; what a person wrote is shown as it is. */
const signupReason = 'Signup';
const deletedReason = 'The customer was deleted';
const mergedInto = /^Merged into customer \d+$/;
const mergedFrom = /^Merged from customer \d+$/;

/** What a transfer was, in a sentence. */
export function describeTransfer(transfer: HistoryEntry, words: TransferWords): string {
  const { t } = words;
  const points = words.points(transfer.points);
  const order = transfer.orderName ?? (transfer.orderId === null ? null : String(transfer.orderId));
  const reason = transfer.reason ?? '';

  switch (transfer.kind) {
    case 'earn': {
      const sentence = describeEarning(transfer, words);
      return transfer.to === 'pending' ? t('transfers.pending', { sentence }) : sentence;
    }
    case 'approve':
      return order === null ? t('transfers.approve', { points }) : t('transfers.approveOrder', { order, points });
    case 'void':
      if (reason === deletedReason || order === null) return t('transfers.deleted', { points });
      return t('transfers.void', { order, points });
    case 'clawback':
      if (reason === deletedReason || order === null) return t('transfers.deleted', { points });
      if (transfer.shortfall === 0) return t('transfers.clawback', { order, points });
      return t('transfers.clawbackShort', { order, points, missing: words.points(transfer.shortfall) });
    case 'hold':
      return t('transfers.hold', { points });
    case 'capture':
      return order === null ? t('transfers.capture', { points }) : t('transfers.captureOrder', { order, points });
    case 'release':
      return t('transfers.release', { points });
    case 'restore':
      return order === null ? t('transfers.restore', { points }) : t('transfers.restoreOrder', { order, points });
    case 'expire':
      return t('transfers.expire', { points });
    case 'adjust':
      return describeAdjustment(transfer, words);
    case 'migrate':
      if (mergedInto.test(reason)) return t('transfers.mergedInto', { points });
      if (mergedFrom.test(reason)) return t('transfers.mergedFrom', { points });
      return isCredit(transfer) ? t('transfers.imported', { points }) : t('transfers.exported', { points });
  }
}

function describeEarning(transfer: HistoryEntry, { t, points: pointsOf, decimal }: TransferWords): string {
  const points = pointsOf(transfer.points);
  const order = transfer.orderName ?? transfer.orderId;
  const { earnedBy, ruleVersion: version, reason } = transfer;
  if (order !== null && earnedBy && version !== null) {
    if (earnedBy.kind === 'fixed') return t('transfers.earnFixed', { order, points, version });
    return t('transfers.earnRate', {
      order,
      points,
      rate: decimal(earnedBy.rate),
      currency: earnedBy.currency,
      version,
    });
  }
  if (order !== null) return t('transfers.earnOrder', { order, points });
  if (reason === signupReason) return t('transfers.earnSignup', { points });
  return reason ? t('transfers.earnReason', { points, reason }) : t('transfers.earn', { points });
}

function describeAdjustment(transfer: HistoryEntry, { t, points: pointsOf }: TransferWords): string {
  const points = pointsOf(transfer.points);
  const reason = transfer.reason ?? '';
  const isGiven = isCredit(transfer);
  if (reason === deletedReason) return t('transfers.debtForgiven', { points });
  if (transfer.reversesTransferId !== null) {
    return isGiven ? t('transfers.undoneGiven', { points }) : t('transfers.undoneTaken', { points });
  }
  return isGiven ? t('transfers.adjustGiven', { points, reason }) : t('transfers.adjustTaken', { points, reason });
}

const customerAccounts: ReadonlySet<string> = new Set(['pending', 'available', 'held']);

/** Whether points came to the customer, from any of the programme's accounts. */
function isCredit({ to }: Pick<HistoryEntry, 'to'>): boolean {
  return customerAccounts.has(to);
}

/** What a transfer did to the points that can be spent: +37, −12, or 0 where it only moved others. */
export function availableChange({ from, to, points }: Pick<HistoryEntry, 'from' | 'to' | 'points'>): number {
  if (to === 'available') return points;
  return from === 'available' ? -points : 0;
}
