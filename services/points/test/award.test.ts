import { defaultProgrammeSettings, type PurchaseRule } from '@loyalnest/contracts/programme';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate, duePoints, eligibleLines, freezeAward, isDead, isEarning } from '../src/orders/award.ts';
import { aLine, aRefund, aSnapshot, facts } from './orders.ts';

type Change = Partial<Omit<PurchaseRule, 'counts'>> & { counts?: Partial<PurchaseRule['counts']> };

function aRule(change: Change = {}): PurchaseRule {
  const { purchase } = defaultProgrammeSettings;
  return { ...purchase, ...change, counts: { ...purchase.counts, ...change.counts } };
}

function due(of: ReturnType<typeof facts>, rule: Change = {}, multiplier = '1'): number {
  return duePoints(of, { rule: aRule(rule), multiplier });
}

const line = { lineId: 1, quantity: 1, taxMinor: 0 };

describe('points due for an order', () => {
  it.each([
    ['1', 'down', 3_799, 37],
    ['1', 'nearest', 3_750, 38],
    ['1', 'nearest', 3_749, 37],
    ['1', 'up', 3_701, 38],
    ['1', 'up', 3_700, 37],
    ['0.25', 'down', 3_700, 9],
    ['0.25', 'up', 3_700, 10],
    ['1.1', 'down', 1_000, 11],
    // 0.1 + 0.2 of floats would give 29.999….
    ['0.3', 'down', 10_000, 30],
    ['0.000001', 'down', 99_999_999, 0],
    ['0.000001', 'down', 100_000_000, 1],
    ['0', 'up', 3_700, 0],
  ] as const)('rate %s rounded %s makes %i minor units %i points', (rate, rounding, priceMinor, points) => {
    const of = facts({ snapshot: aSnapshot({ lines: [aLine({ priceMinor })], totalMinor: priceMinor }) });
    expect(due(of, { rate, rounding })).toBe(points);
  });

  it.each([
    ['EUR', 3_700, 37],
    ['JPY', 3_700, 3_700],
    ['KWD', 3_700, 3],
    ['CLF', 37_000, 3],
  ])('counts whole units of %s', (currency, priceMinor, points) => {
    const of = facts({ snapshot: aSnapshot({ currency, lines: [aLine({ priceMinor })], totalMinor: priceMinor }) });
    expect(due(of)).toBe(points);
  });

  it('rounds once, after rate and multiplier', () => {
    const of = facts({ snapshot: aSnapshot({ lines: [aLine({ priceMinor: 199 })], totalMinor: 199 }) });
    expect(due(of, { rate: '1.5' }, '2.5')).toBe(7);
  });

  it('refuses an order worth more than a ledger can count', () => {
    const huge = aLine({ quantity: 9_000_000, currentQuantity: 9_000_000, priceMinor: 9_000_000_000 });
    expect(() => due(facts({ snapshot: aSnapshot({ lines: [huge] }) }))).toThrow(RangeError);
    const dear = aLine({ priceMinor: 9_000_000_000_000_000 });
    expect(() => due(facts({ snapshot: aSnapshot({ lines: [dear] }) }), { rate: '1000' })).toThrow(RangeError);
  });

  it.each([
    ['before tax', { counts: { tax: false } }, { taxesIncluded: false }, 100],
    ['with tax', { counts: { tax: true } }, { taxesIncluded: false }, 119],
    ['prices hold tax, which does not count', { counts: { tax: false } }, { taxesIncluded: true }, 81],
    ['prices hold tax, which counts', { counts: { tax: true } }, { taxesIncluded: true }, 100],
  ])('%s', (_case, rule, change, points) => {
    const lines = [aLine({ priceMinor: 10_000, taxMinor: 1_900 })];
    expect(due(facts({ snapshot: aSnapshot({ ...change, lines }) }), rule)).toBe(points);
  });

  it.each([
    ['without shipping', {}, 37],
    ['with shipping', { counts: { shipping: true } }, 42],
    ['with shipping and tax', { counts: { shipping: true, tax: true } }, 43],
  ])('counts %s', (_case, rule, points) => {
    expect(due(facts({ snapshot: aSnapshot({ shippingMinor: 500, shippingTaxMinor: 100 }) }), rule)).toBe(points);
  });

  it('takes refunded shipping off', () => {
    const of = facts({
      snapshot: aSnapshot({ shippingMinor: 500 }),
      refunds: { 1: aRefund({ shippingMinor: 500, totalMinor: 500 }) },
    });
    expect(due(of, { counts: { shipping: true } })).toBe(37);
    expect(due(of)).toBe(37);
  });

  it.each([
    ['a discount takes points along', {}, 30],
    ['unless the discounted part counts', { counts: { discountedPart: true } }, 40],
  ])('%s', (_case, rule, points) => {
    const lines = [aLine({ priceMinor: 2_000, quantity: 2, currentQuantity: 2, discountMinor: 1_000 })];
    expect(due(facts({ snapshot: aSnapshot({ lines }) }), rule)).toBe(points);
  });

  it('takes the whole price of a returned piece off where the discounted part counts', () => {
    const lines = [aLine({ priceMinor: 2_000, quantity: 2, currentQuantity: 1, discountMinor: 1_000 })];
    const refunds = { 1: aRefund({ lines: [{ ...line, subtotalMinor: 1_500 }], totalMinor: 1_500 }) };
    expect(due(facts({ snapshot: aSnapshot({ lines }), refunds }), { counts: { discountedPart: true } })).toBe(20);
  });

  it('earns nothing for gift cards and excluded products', () => {
    const lines = [
      aLine({ id: 1, isGiftCard: true }),
      aLine({ id: 2, productId: 99 }),
      aLine({ id: 3, productId: null }),
    ];
    expect(due(facts({ snapshot: aSnapshot({ lines }) }), { excludedProductIds: [99] })).toBe(37);
  });

  it.each([
    ['nothing while the amount is unknown', null, 0],
    ['nothing when it paid all', 10_000, 0],
    ['the rest when it paid a part', 2_500, 75],
    ['all when it paid nothing', 0, 100],
  ])('a gift card among the payments: %s', (_case, giftCardMinor, points) => {
    const snapshot = aSnapshot({
      lines: [aLine({ priceMinor: 10_000 })],
      totalMinor: 10_000,
      gateways: ['gift_card', 'bogus'],
      giftCardMinor,
    });
    expect(due(facts({ snapshot }))).toBe(points);
  });

  it('ends at exactly nothing after the last of several partial refunds', () => {
    const lines = [aLine({ quantity: 3, currentQuantity: 3, priceMinor: 999, discountMinor: 100 })];
    const refunds = Object.fromEntries(
      [966, 966, 965].map((subtotalMinor, id) => [
        id,
        aRefund({ id, lines: [{ ...line, subtotalMinor }], totalMinor: subtotalMinor }),
      ]),
    );
    const snapshot = aSnapshot({ lines, totalMinor: 2_897 });
    expect(due(facts({ snapshot, refunds: { 0: refunds[0]! } }))).toBe(19);
    expect(due(facts({ snapshot, refunds: { 0: refunds[0]!, 1: refunds[1]! } }))).toBe(9);
    expect(due(facts({ snapshot, refunds }))).toBe(0);
  });

  it.each([
    ['a refund of nothing in particular', aRefund({ totalMinor: 1_000 }), 27],
    ['a refund larger than the order', aRefund({ totalMinor: 99_000 }), 0],
    [
      'more pieces than were bought',
      aRefund({ lines: [{ ...line, quantity: 9, subtotalMinor: 3_700 }], totalMinor: 3_700 }),
      0,
    ],
    [
      'more money than the line cost',
      aRefund({ lines: [{ ...line, quantity: 0, subtotalMinor: 9_900 }], totalMinor: 9_900 }),
      0,
    ],
    [
      'a line that the order does not have',
      aRefund({ lines: [{ ...line, lineId: 5, subtotalMinor: 100 }], totalMinor: 100 }),
      37,
    ],
  ])('takes %s off', (_case, refund, points) => {
    expect(due(facts({ refunds: { [refund.id]: refund } }))).toBe(points);
  });

  it('follows an edit down and up', () => {
    const bought = aLine({ quantity: 4, currentQuantity: 4, priceMinor: 1_000 });
    const after = (lines: ReturnType<typeof aLine>[]) => due(facts({ snapshot: aSnapshot({ lines }) }));
    expect(after([bought])).toBe(40);
    expect(after([{ ...bought, currentQuantity: 1 }])).toBe(10);
    expect(after([{ ...bought, currentQuantity: 0 }])).toBe(0);
    expect(after([bought, aLine({ id: 2, priceMinor: 500 })])).toBe(45);
  });

  it('takes a piece off once that was refunded and then left the order', () => {
    const refunds = { 1: aRefund({ lines: [{ ...line, subtotalMinor: 1_000 }], totalMinor: 1_000 }) };
    const lines = [aLine({ quantity: 2, currentQuantity: 1, priceMinor: 1_000 })];
    expect(due(facts({ snapshot: aSnapshot({ lines }), refunds }))).toBe(10);
  });

  it.each([
    ['paid back later, without naming it', {}, aRefund({ id: 2, totalMinor: 3_000 }), 10],
    ['paid back with something on top', {}, aRefund({ id: 2, totalMinor: 3_500 }), 5],
    ['paid back in part', {}, aRefund({ id: 2, totalMinor: 1_000 }), 10],
    [
      'announced as a refund without money, then paid back',
      { 1: aRefund({ lines: [{ ...line, quantity: 3, subtotalMinor: 3_000 }] }) },
      aRefund({ id: 2, totalMinor: 3_000 }),
      10,
    ],
  ])('takes what an edit removed off once: %s', (_case, announced, refund, points) => {
    const lines = [aLine({ quantity: 4, currentQuantity: 1, priceMinor: 1_000 })];
    expect(due(facts({ snapshot: aSnapshot({ lines }), refunds: { ...announced, [refund.id]: refund } }))).toBe(points);
  });

  it('shrinks a fixed award with what is left of the order', () => {
    const fixed = { kind: 'fixed', fixedPoints: 100 } as const;
    const lines = [aLine({ id: 1, priceMinor: 3_000 }), aLine({ id: 2, priceMinor: 1_000 })];
    const snapshot = aSnapshot({ lines, totalMinor: 4_000 });
    expect(due(facts({ snapshot }), fixed)).toBe(100);
    const returned = aRefund({ lines: [{ ...line, subtotalMinor: 3_000 }], totalMinor: 3_000 });
    expect(due(facts({ snapshot, refunds: { 1: returned } }), fixed)).toBe(25);
    expect(due(facts({ snapshot, cancelledAt: '2026-03-01T12:00:00.000Z' }), fixed)).toBe(0);
  });

  it.each([
    ['cancelled', { cancelledAt: '2026-03-01T12:00:00.000Z' }],
    ['a test', { snapshot: aSnapshot({ isTest: true }) }],
    ['voided', { snapshot: aSnapshot({ financialStatus: 'voided' }) }],
    ['expired', { snapshot: aSnapshot({ financialStatus: 'expired' }) }],
    ['unknown but for a refund', { snapshot: null, refunds: { 1: aRefund({ totalMinor: 5 }) } }],
  ])('is nothing for an order that is %s', (_case, change) => {
    expect(due(facts(change))).toBe(0);
    expect(isDead(facts(change))).toBe(true);
  });

  it.each([
    ['paid', 'pending', false, false],
    ['paid', 'authorized', false, false],
    ['paid', 'partially_paid', false, false],
    ['paid', 'paid', false, true],
    ['paid', 'partially_refunded', false, true],
    ['created', 'pending', false, true],
    ['fulfilled', 'paid', false, false],
    ['fulfilled', 'pending', true, true],
  ] as const)(
    'earns when %s: an order that is %s, fulfilled %s: %s',
    (earnsWhen, financialStatus, isFulfilled, earns) => {
      expect(isEarning(facts({ snapshot: aSnapshot({ financialStatus, isFulfilled }) }), { earnsWhen })).toBe(earns);
    },
  );
});

describe('a frozen award', () => {
  const aFacts = fc
    .record({
      lines: fc.array(
        fc.record({ priceMinor: fc.nat(100_000), quantity: fc.integer({ min: 1, max: 9 }), taxMinor: fc.nat(500) }),
        { minLength: 1, maxLength: 6 },
      ),
      goodwillMinor: fc.nat(50_000),
    })
    .map(({ lines, goodwillMinor }) =>
      facts({
        snapshot: aSnapshot({
          lines: lines.map((line, id) => aLine({ ...line, id: id + 1, currentQuantity: line.quantity })),
        }),
        refunds: goodwillMinor === 0 ? {} : { 1: aRefund({ id: 1, totalMinor: goodwillMinor }) },
      }),
    );

  it('has lines that sum to the points of the order', () => {
    const rates = fc.constantFrom('1', '0.37', '2.5');
    fc.assert(
      fc.property(aFacts, rates, fc.constantFrom('down', 'nearest', 'up'), (of, rate, rounding) => {
        const award = freezeAward(of, { ruleVersion: 1, rule: aRule({ rate, rounding }), multiplier: '1' });
        expect(award.lines.reduce((sum, [, , points]) => sum + points, 0)).toBe(duePoints(of, award));
        expect(award.lines.map(([, eligible]) => eligible)).toEqual(
          eligibleLines(of, award.rule).map(({ minor }) => minor),
        );
      }),
    );
  });
});

describe('allocation by largest remainder', () => {
  it.each([
    [100, [1, 1, 1], [34, 33, 33]],
    [1, [1, 2], [0, 1]],
    [7, [0, 5, 0], [0, 7, 0]],
    [0, [3, 4], [0, 0]],
    [5, [0, 0], [0, 0]],
  ])('splits %i over %j as %j', (total, weights, shares) => {
    expect(allocate(total, weights)).toEqual(shares);
  });

  it('sums to exactly the total, gives nothing to nothing, and is never a whole unit off', () => {
    const weights = fc.array(fc.nat(1_000_000_000), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(fc.nat(1_000_000_000_000), weights, (total, weights) => {
        const shares = allocate(total, weights);
        const sum = weights.reduce((a, b) => a + b, 0);
        expect(shares.reduce((a, b) => a + b, 0)).toBe(sum === 0 ? 0 : total);
        for (const [index, weight] of weights.entries()) {
          const exact = sum === 0 ? 0n : (BigInt(total) * BigInt(weight)) / BigInt(sum);
          const share = BigInt(shares[index]!);
          expect(share === exact || share === exact + 1n).toBe(true);
          if (weight === 0) expect(share).toBe(0n);
        }
      }),
    );
  });
});
