import type { HistoryEntry } from '@loyalnest/contracts/rest/points';
import { createInstance } from 'i18next';
import { beforeAll, describe, expect, it } from 'vitest';
import ar from '../src/i18n/locales/ar.json' with { type: 'json' };
import en from '../src/i18n/locales/en.json' with { type: 'json' };
import { availableChange, describeTransfer, type TransferWords } from '../src/transfers/describe-transfer.ts';

const i18n = createInstance();
let words: TransferWords;

beforeAll(async () => {
  await i18n.init({
    lng: 'en',
    resources: { en: { translation: en }, ar: { translation: ar } },
    interpolation: { escapeValue: false },
  });
  words = { t: i18n.getFixedT('en'), points: (count) => `${count} points`, decimal: (text) => text };
});

function aTransfer(fields: Partial<HistoryEntry>): HistoryEntry {
  return {
    transferId: 1,
    at: '2026-11-26T12:00:00.000Z',
    kind: 'earn',
    from: 'issued',
    to: 'available',
    points: 37,
    shortfall: 0,
    orderId: null,
    orderName: null,
    redemptionId: null,
    ruleVersion: null,
    reversesTransferId: null,
    reason: null,
    actor: 'shopify',
    earnedBy: null,
    undoneBy: null,
    ...fields,
  };
}

const order = { orderId: 1042, orderName: '#1042' };
const byRate = { earnedBy: { kind: 'rate', rate: '1', currency: 'EUR' }, ruleVersion: 3 } as const;

describe('describeTransfer', () => {
  const table: [name: string, transfer: Partial<HistoryEntry>, sentence: string][] = [
    ['an order by rate', { ...order, ...byRate }, 'Order #1042 earned 37 points, 1 per EUR, rule version 3'],
    [
      'an order by a fixed number',
      { ...order, ruleVersion: 2, earnedBy: { kind: 'fixed', rate: '37', currency: 'EUR' } },
      'Order #1042 earned 37 points, the same for every order, rule version 2',
    ],
    ['an order whose rule is not known', order, 'Order #1042 earned 37 points'],
    ['an order without a name', { orderId: 1042 }, 'Order 1042 earned 37 points'],
    [
      'an order that waits for approval',
      { ...order, ...byRate, to: 'pending' },
      'Order #1042 earned 37 points, 1 per EUR, rule version 3, pending approval',
    ],
    ['a signup', { reason: 'Signup' }, 'Created an account: 37 points'],
    ['an earning by the API', { reason: 'Quiz won', actor: 'api' }, 'Quiz won: 37 points'],
    ['an earning without a word', {}, 'Earned 37 points'],
    ['an approval', { kind: 'approve', from: 'pending', ...order }, 'Order #1042 approved: 37 points can be spent now'],
    [
      'points taken back before approval',
      { kind: 'void', from: 'pending', to: 'revoked', ...order },
      'Order #1042 was refunded, canceled or changed before approval: 37 points taken back',
    ],
    [
      'points taken back',
      { kind: 'clawback', from: 'available', to: 'revoked', ...order },
      'Order #1042 was refunded, canceled or changed: 37 points taken back',
    ],
    [
      'points that could not all be taken back',
      { kind: 'clawback', from: 'available', to: 'revoked', shortfall: 12, ...order },
      'Order #1042 was refunded, canceled or changed: 37 points taken back, 12 points could not be found',
    ],
    [
      'what a deleted customer had',
      { kind: 'clawback', from: 'available', to: 'revoked', reason: 'The customer was deleted', ...order },
      'Customer deleted: 37 points removed',
    ],
    [
      'what a deleted customer owed',
      { kind: 'adjust', from: 'adjusted', reason: 'The customer was deleted' },
      'Customer deleted: a debt of 37 points was written off',
    ],
    ['a reward taken', { kind: 'hold', from: 'available', to: 'held' }, 'Reward taken: 37 points set aside'],
    [
      'a reward used',
      { kind: 'capture', from: 'held', to: 'redeemed', ...order },
      'Reward used on order #1042: 37 points redeemed',
    ],
    ['a reward returned', { kind: 'release', from: 'held' }, 'Reward returned unused: 37 points given back'],
    [
      'a reward of a refunded order',
      { kind: 'restore', from: 'redeemed', ...order },
      'Order #1042 was refunded: 37 points of its reward given back',
    ],
    ['an expiry', { kind: 'expire', from: 'available', to: 'expired' }, 'Expired: 37 points'],
    [
      'points given by hand',
      { kind: 'adjust', from: 'adjusted', reason: 'Late delivery' },
      'Added by hand: 37 points. Late delivery',
    ],
    [
      'points taken by hand',
      { kind: 'adjust', from: 'available', to: 'adjusted', reason: 'Given twice' },
      'Removed by hand: 37 points. Given twice',
    ],
    [
      'a gift undone',
      { kind: 'adjust', from: 'available', to: 'adjusted', reversesTransferId: 7, reason: 'Late delivery' },
      'Gift undone: 37 points taken back',
    ],
    [
      'a removal undone',
      { kind: 'adjust', from: 'adjusted', reversesTransferId: 7, reason: 'Given twice' },
      'Removal undone: 37 points given back',
    ],
    [
      'a merge, where the points came from',
      { kind: 'migrate', from: 'available', to: 'migrated', reason: 'Merged into customer 5' },
      'Merged into another customer: 37 points moved there',
    ],
    [
      'a merge, where the points went to',
      { kind: 'migrate', from: 'migrated', reason: 'Merged from customer 4' },
      'Another customer was merged in: 37 points came along',
    ],
    ['an import', { kind: 'migrate', from: 'migrated' }, 'Imported: 37 points'],
  ];

  it.each(table)('tells %s in a sentence', (_name, transfer, sentence) => {
    expect(describeTransfer(aTransfer(transfer), words)).toBe(sentence);
  });

  it('says all that the English sentence says in a language that runs from right to left', () => {
    const arabic = { ...words, t: i18n.getFixedT('ar') };
    const sentence = describeTransfer(aTransfer({ ...order, ...byRate, to: 'pending' }), arabic);
    for (const part of ['#1042', '37 points', 'EUR', '3']) expect(sentence).toContain(part);
    expect(sentence).not.toContain('{{');
  });
});

describe('availableChange', () => {
  it.each([
    ['issued', 'available', 37],
    ['pending', 'available', 37],
    ['available', 'held', -37],
    ['issued', 'pending', 0],
    ['held', 'redeemed', 0],
    ['pending', 'revoked', 0],
  ])('from %s to %s changes what can be spent by %i', (from, to, change) => {
    expect(availableChange({ from, to, points: 37 })).toBe(change);
  });
});
