import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrderState } from '../src/orders/order-plan.ts';
import type { OrderFacts } from '../src/orders/order-snapshot.ts';
import { newOrder } from '../src/orders/order.repository.ts';
import { planRedemptions, pointsToGiveBack } from '../src/redemption/order-redemptions.ts';
import { RedemptionLookup } from '../src/redemption/redemption.repository.ts';
import type { Redemption } from '../src/redemption/redemption.ts';
import { aLine, aRefund, aSnapshot, facts } from './orders.ts';

function aRedemption(change: Partial<Redemption> = {}): Redemption {
  return {
    merchantId: 1,
    redemptionId: 5,
    customerId: 7,
    rewardId: 2,
    points: 500,
    code: 'LOYAL1',
    bucket: 'x',
    status: 'active',
    shares: [
      [10, 300],
      [11, 200],
    ],
    holdTransferId: 99,
    orderId: null,
    captureTransferId: null,
    restoredPoints: 0,
    createdAt: new Date(0),
    expiresAt: null,
    ...change,
  };
}

function anOrder(of: OrderFacts, revision = 1): OrderState {
  return { ...newOrder({ merchantId: 1, orderId: 1 }), revision, facts: of };
}

const using = (change: Partial<OrderFacts> = {}) => facts({ snapshot: aSnapshot({ codes: ['LOYAL1'] }), ...change });
const used = aRedemption({ status: 'captured', orderId: 1, captureTransferId: 100 });

function plan(order: OrderState, ...redemptions: Redemption[]) {
  const { entries, changed } = planRedemptions(order, new RedemptionLookup(redemptions));
  return { moves: entries.map(({ kind, points }) => `${kind} ${points}`), entries, changed };
}

describe('a reward', () => {
  it.each(['held', 'active', 'releasing'] as const)(
    'that is %s is captured by the order that names its code',
    (status) => {
      const { entries, changed } = plan(anOrder(using()), aRedemption({ status }));
      expect(entries).toMatchObject([
        { kind: 'capture', points: 500, customerId: 7, orderId: 1, businessKey: 'redemption/5/capture' },
      ]);
      expect(changed).toMatchObject([{ status: 'captured', orderId: 1 }]);
    },
  );

  it.each(['released', 'failed'] as const)('that was %s is not captured any more', (status) => {
    expect(plan(anOrder(using()), aRedemption({ status })).moves).toEqual([]);
  });

  it('is captured once', () => {
    expect(plan(anOrder(using(), 2), used).moves).toEqual([]);
  });

  it('that another order used is nothing to this one', () => {
    expect(plan(anOrder(using()), { ...used, orderId: 2 }).moves).toEqual([]);
  });

  it('whose code the order does not name is nothing to it', () => {
    expect(plan(anOrder(facts()), aRedemption()).moves).toEqual([]);
  });

  it('is captured and given back when its order arrives cancelled', () => {
    const cancelled = using({ cancelledAt: '2026-03-01T12:00:00.000Z' });
    expect(plan(anOrder(cancelled), aRedemption()).moves).toEqual(['capture 500', 'restore 500']);
  });

  it('waits for its order when the refund overtakes it', () => {
    const refund = { 1: aRefund({ totalMinor: 100 }) };
    expect(plan(anOrder(facts({ snapshot: null, refunds: refund })), aRedemption()).moves).toEqual([]);
  });

  it('comes back to the lots it was taken from, in the order in which they were taken', () => {
    const refund = (totalMinor: number) => using({ refunds: { 1: aRefund({ totalMinor }) } });
    const first = plan(anOrder(refund(1_850), 2), used);
    expect(first.entries).toMatchObject([
      { kind: 'restore', points: 250, shares: [[10, 250]], reversesTransferId: 100 },
    ]);
    const second = plan(anOrder(refund(3_700), 3), first.changed[0]!);
    expect(second.entries).toMatchObject([
      {
        kind: 'restore',
        points: 250,
        shares: [
          [10, 50],
          [11, 200],
        ],
      },
    ]);
    expect(second.changed).toMatchObject([{ restoredPoints: 500 }]);
    expect(plan(anOrder(refund(9_900), 4), second.changed[0]!).moves).toEqual([]);
  });

  it('comes back exactly once in all, whatever the refunds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 8 }),
        (points, amounts) => {
          const total = amounts.reduce((sum, amount) => sum + amount, 0) + 1;
          let redemption: Redemption = { ...used, points, shares: [[10, points]] };
          const refunds: OrderFacts['refunds'] = {};
          let order = anOrder(using({ snapshot: aSnapshot({ codes: ['LOYAL1'], totalMinor: total }), refunds }));
          for (const [index, totalMinor] of [...amounts, 1].entries()) {
            const before = order.facts.refunds;
            order = {
              ...order,
              revision: index + 2,
              facts: { ...order.facts, refunds: { ...before, [index]: aRefund({ id: index, totalMinor }) } },
            };
            const { entries, changed } = plan(order, redemption);
            for (const entry of entries) {
              if (entry.kind !== 'restore') throw new Error(entry.kind);
              expect(entry.shares).toEqual([[10, entry.points]]);
            }
            redemption = changed[0] ?? redemption;
            expect(redemption.restoredPoints).toBe(pointsToGiveBack(redemption, order.facts));
          }
          expect(redemption.restoredPoints).toBe(points);
        },
      ),
    );
  });

  it.each([
    [0, 0],
    [1, 166],
    [2, 333],
    [3, 500],
    [4, 500],
  ])('that paid for all of an order comes back with its pieces: %i of 3 returned is %i points', (quantity, points) => {
    const lines = [aLine({ quantity: 3, currentQuantity: 3, discountMinor: 11_100 })];
    const snapshot = aSnapshot({ codes: ['LOYAL1'], totalMinor: 0, lines });
    const refund = aRefund({ lines: quantity === 0 ? [] : [{ lineId: 1, quantity, subtotalMinor: 0, taxMinor: 0 }] });
    expect(pointsToGiveBack(used, facts({ snapshot, refunds: { 1: refund } }))).toBe(points);
  });
});
