import type { HistoryEntry } from '@loyalnest/contracts/rest/points';
import type { MessageKey } from '../i18n/translate.ts';

/** A transfer in a shopper's words. `delta` is what it did to the points that can be spent; often that is nothing. */
export type HistoryLine = { key: MessageKey; delta: number };

export function historyLine(entry: HistoryEntry): HistoryLine {
  return { key: keyOf(entry), delta: deltaOf(entry) };
}

function deltaOf({ from, to, points }: Pick<HistoryEntry, 'from' | 'to' | 'points'>): number {
  if (to === 'available') return points;
  return from === 'available' ? -points : 0;
}

function keyOf(entry: HistoryEntry): MessageKey {
  const isOfOrder = entry.orderId !== null;
  switch (entry.kind) {
    case 'earn':
      if (isOfOrder) return entry.to === 'pending' ? 'history.orderPending' : 'history.order';
      return entry.reason === 'Signup' ? 'history.signup' : 'history.bonus';
    case 'approve':
      return isOfOrder ? 'history.approved' : 'history.bonus';
    case 'void':
      return isOfOrder ? 'history.voided' : 'history.corrected';
    case 'clawback':
      return isOfOrder ? 'history.refunded' : 'history.corrected';
    case 'hold':
      return 'history.taken';
    case 'capture':
      return isOfOrder ? 'history.used' : 'history.usedSomewhere';
    case 'release':
      return 'history.givenBack';
    case 'restore':
      return isOfOrder ? 'history.restored' : 'history.givenBack';
    case 'expire':
      return 'history.expired';
    case 'adjust':
      return 'history.adjusted';
    case 'migrate':
      return 'history.moved';
  }
}
