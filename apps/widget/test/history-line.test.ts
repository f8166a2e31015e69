import { transferKindSchema, type HistoryEntry } from '@loyalnest/contracts/rest/points';
import { describe, expect, it } from 'vitest';
import type { Messages } from '../src/i18n/translate.ts';
import { createTranslate } from '../src/i18n/translate.ts';
import english from '../src/locales/en.json' with { type: 'json' };
import { historyLine } from '../src/member/history-line.ts';
import { orderNameOf } from '../src/member/order-name.ts';
import { aTransfer } from './builders.ts';

const t = createTranslate(english as Messages, { direction: 'ltr' });

function tell(changes: Partial<HistoryEntry>): [string, number] {
  const entry = aTransfer(changes);
  const { key, delta } = historyLine(entry);
  return [t(key, { order: orderNameOf(entry), points: `${entry.points} points` }), delta];
}

describe('the history', () => {
  it.each<[Partial<HistoryEntry>, string, number]>([
    [{}, 'Order #1042', 37],
    [{ to: 'pending' }, 'Order #1042: 37 points on the way', 0],
    [{ orderId: null, orderName: null, reason: 'Signup' }, 'Thank you for joining', 37],
    [{ orderId: null, orderName: null, reason: 'Campaign' }, 'Bonus', 37],
    [{ kind: 'approve', from: 'pending' }, 'Order #1042: points can now be spent', 37],
    [{ kind: 'void', from: 'pending', to: 'revoked' }, 'Order #1042 changed: 37 points will not arrive', 0],
    [{ kind: 'clawback', from: 'available', to: 'revoked' }, 'Order #1042 was refunded or changed', -37],
    [{ kind: 'hold', from: 'available', to: 'held', orderId: null }, 'Reward redeemed', -37],
    [{ kind: 'capture', from: 'held', to: 'redeemed' }, 'Reward used for order #1042', 0],
    [{ kind: 'release', from: 'held', orderId: null }, 'Code returned unused', 37],
    [{ kind: 'restore', from: 'redeemed' }, 'Order #1042 refunded: points of your reward', 37],
    [{ kind: 'expire', from: 'available', to: 'expired', orderId: null }, 'Points expired', -37],
    [{ kind: 'adjust', from: 'available', to: 'adjusted', orderId: null }, 'Adjusted by the shop', -37],
    [{ kind: 'migrate', from: 'migrated', orderId: null }, 'Moved between your accounts', 37],
  ])('tells %o', (changes, sentence, delta) => {
    expect(tell(changes)).toEqual([sentence, delta]);
  });

  it('has a sentence for every kind of transfer, with and without an order', () => {
    for (const kind of transferKindSchema.options) {
      for (const orderId of [1042, null]) expect(tell({ kind, orderId })[0]).toMatch(/^[A-Z]/);
    }
  });

  it('calls an order whose name never came by its number', () => {
    expect(tell({ orderName: null })[0]).toBe('Order 1042');
  });
});
