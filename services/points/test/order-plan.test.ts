import { defaultProgrammeSettings, type ProgrammeSettings } from '@loyalnest/contracts/programme';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Book } from '../src/ledger/book.ts';
import { duePoints } from '../src/orders/award.ts';
import { addMonths, planApproval, planOrder, type OrderState, type Programme } from '../src/orders/order-plan.ts';
import { isSameFacts, joinFacts, noFacts, type OrderFacts } from '../src/orders/order-snapshot.ts';
import { newOrder } from '../src/orders/order.repository.ts';
import { anOrderLife, anyDelivery } from './order-life.ts';
import { aLine, aRefund, aSnapshot, facts } from './orders.ts';

const customerId = 7;
const dayMs = 24 * 60 * 60 * 1_000;

function aProgramme(
  change: Partial<Omit<ProgrammeSettings, 'purchase'>> & { purchase?: Partial<ProgrammeSettings['purchase']> } = {},
): Programme {
  const settings = { ...defaultProgrammeSettings, ...change };
  return {
    version: 3,
    settings: { ...settings, purchase: { ...defaultProgrammeSettings.purchase, ...change.purchase } },
  };
}

/** One order and its customer's account, posted to as the intake does. */
class Shop {
  state: OrderState = newOrder({ merchantId: 1, orderId: 1 });
  readonly book: Book;
  readonly keys: string[] = [];
  #now = new Date('2026-03-02T00:00:00Z');
  #nextId = 1;

  constructor(readonly programme: Programme) {
    this.book = new Book({ merchantId: 1, now: this.#now, nextTransferId: () => this.#nextId++ });
    this.book.open(customerId, { pending: 0, available: 0, held: 0 });
  }

  hear(arrived: OrderFacts): void {
    const joined = joinFacts(this.state.facts, arrived);
    if (this.state.revision > 0 && isSameFacts(this.state.facts, joined)) return;
    this.#post(planOrder(this.state, joined, this.programme, this.#now));
  }

  wait(days: number): void {
    this.#now = new Date(this.#now.getTime() + days * dayMs);
    if (this.state.approveAt && this.state.approveAt <= this.#now) {
      this.#post(planApproval(this.state, this.programme, this.#now));
    }
  }

  get balance() {
    const { pending, available } = this.book.balance(customerId);
    return { pending, available };
  }

  #post(plan: ReturnType<typeof planOrder>): void {
    for (const entry of plan.entries) {
      expect(this.book.post(entry).outcome).toBe('posted');
      this.keys.push(entry.businessKey);
    }
    // What the database gives back is not what was put in: its JSON knows no order of keys.
    this.state = structuredClone({ ...plan.state, facts: JSON.parse(JSON.stringify(plan.state.facts)) as OrderFacts });
  }
}

const programmes = fc
  .record({
    rate: fc.constantFrom('1', '0.37', '2.5'),
    kind: fc.constantFrom('rate', 'fixed'),
    rounding: fc.constantFrom('down', 'nearest', 'up'),
    earnsWhen: fc.constantFrom('created', 'paid', 'fulfilled'),
    approvalDays: fc.constantFrom(0, 5),
    discountedPart: fc.boolean(),
    clawbackPolicy: fc.constantFrom('negative', 'floor'),
  })
  .map(({ discountedPart, clawbackPolicy, ...rule }) =>
    aProgramme({
      clawbackPolicy,
      purchase: { ...rule, fixedPoints: 100, counts: { tax: false, shipping: false, discountedPart } },
    }),
  );

const deliveries = anOrderLife.chain((life) =>
  fc.record({ life: fc.constant(life), delivered: anyDelivery(life), waits: fc.array(fc.nat(6), { maxLength: 30 }) }),
);

describe('the facts of an order', () => {
  it('are the same whatever order and however often they arrive', () => {
    fc.assert(
      fc.property(deliveries, ({ life, delivered }) => {
        const inOrder = life.reduce(joinFacts, noFacts);
        const asDelivered = delivered.reduce(joinFacts, noFacts);
        expect(isSameFacts(inOrder, asDelivered)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('are the same however they were grouped on the way', () => {
    const three = anOrderLife.chain((life) =>
      fc.tuple(fc.constantFrom(...life), fc.constantFrom(...life), fc.constantFrom(...life)),
    );
    fc.assert(
      fc.property(three, ([a, b, c]) => {
        const left = joinFacts(joinFacts(a, b), c);
        expect(isSameFacts(left, joinFacts(a, joinFacts(b, c)))).toBe(true);
        expect(isSameFacts(left, joinFacts(joinFacts(c, a), b))).toBe(true);
        expect(isSameFacts(joinFacts(a, a), a)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  const second = '2026-03-01T10:00:00.000Z';

  it.each([
    ['a payment', { financialStatus: 'pending' }, { financialStatus: 'paid' }],
    ['a fulfilment', { isFulfilled: false }, { isFulfilled: true }],
    ['a customer', { customerId: null }, { customerId: 7, wasGuest: true }],
    ['a removed piece', { lines: [aLine({ currentQuantity: 1 })] }, { lines: [aLine({ currentQuantity: 0 })] }],
    ['an added piece', { lines: [aLine()] }, { lines: [aLine({ quantity: 2, currentQuantity: 2 })] }],
    ['an added line', { lines: [aLine()] }, { lines: [aLine(), aLine({ id: 2 })] }],
    ['a discount code', { codes: [] }, { codes: ['LOYAL1'] }],
  ])('know %s that came within the same second, whichever of the two is heard first', (_case, before, after) => {
    const [a, b] = [before, after].map((change) => facts({ snapshot: aSnapshot({ updatedAt: second, ...change }) }));
    expect(joinFacts(a!, b!).snapshot).toEqual(b!.snapshot);
    expect(joinFacts(b!, a!).snapshot).toEqual(b!.snapshot);
  });

  it('ignore a snapshot that is older', () => {
    const newer = facts({ snapshot: aSnapshot({ updatedAt: '2026-03-01T11:00:00.000Z', totalMinor: 1 }) });
    expect(joinFacts(newer, facts())).toEqual(newer);
    expect(joinFacts(facts(), newer)).toEqual(newer);
  });

  it('compare times, not their spelling', () => {
    const later = facts({ snapshot: aSnapshot({ updatedAt: '2026-03-01T09:30:00.000-01:00', totalMinor: 1 }) });
    expect(joinFacts(later, facts()).snapshot?.totalMinor).toBe(1);
  });

  it('hold what the refund gave back once its payment is known, whichever is heard first', () => {
    const underway = facts({ refunds: { 900: aRefund({ totalMinor: 0 }) } });
    const paid = facts({ refunds: { 900: aRefund({ totalMinor: 500 }) } });
    expect(joinFacts(underway, paid).refunds[900]?.totalMinor).toBe(500);
    expect(joinFacts(paid, underway).refunds[900]?.totalMinor).toBe(500);
    expect(isSameFacts(underway, paid)).toBe(false);
  });

  it('keep the amount of a gift card that a later snapshot does not know', () => {
    const known = facts({ snapshot: aSnapshot({ giftCardMinor: 500 }) });
    const later = facts({ snapshot: aSnapshot({ updatedAt: '2026-03-01T11:00:00.000Z' }) });
    expect(joinFacts(known, later).snapshot?.giftCardMinor).toBe(500);
    expect(joinFacts(later, known).snapshot?.giftCardMinor).toBe(500);
  });
});

describe('an order', () => {
  it('ends at the same points due and posted whatever order and however often its news arrives', () => {
    fc.assert(
      fc.property(deliveries, programmes, ({ life, delivered, waits }, programme) => {
        const punctual = new Shop(programme);
        punctual.hear(life.reduce(joinFacts, noFacts));

        const shop = new Shop(programme);
        for (const [index, message] of delivered.entries()) {
          shop.hear(message);
          const days = waits[index];
          if (days) shop.wait(days);
        }
        const { state, balance } = shop;
        expect(state.duePoints).toBe(punctual.state.duePoints);
        expect(state.duePoints).toBe(state.award ? duePoints(state.facts, state.award) : 0);
        expect(state.pendingPoints + state.availablePoints).toBe(state.duePoints);
        expect(balance).toEqual({ pending: state.pendingPoints, available: state.availablePoints });
        expect(new Set(shop.keys).size).toBe(shop.keys.length);

        shop.wait(400);
        expect(shop.balance).toEqual({ pending: 0, available: punctual.state.duePoints });
      }),
      { numRuns: 1_000 },
    );
  });

  it('ends the same when several messages are posted together', () => {
    const cut = deliveries.chain(({ life, delivered }) =>
      fc.record({ life: fc.constant(life), delivered: fc.constant(delivered), at: fc.nat(delivered.length) }),
    );
    fc.assert(
      fc.property(cut, programmes, ({ life, delivered, at }, programme) => {
        const one = new Shop(programme);
        one.hear(life.reduce(joinFacts, noFacts));
        const two = new Shop(programme);
        for (const part of [delivered.slice(0, at), delivered.slice(at)]) {
          if (part.length > 0) two.hear(part.reduce(joinFacts, noFacts));
        }
        expect(two.balance.pending + two.balance.available).toBe(one.balance.pending + one.balance.available);
      }),
      { numRuns: 500 },
    );
  });

  it('plans nothing for facts that it knows', () => {
    fc.assert(
      fc.property(anOrderLife, programmes, (life, programme) => {
        const shop = new Shop(programme);
        for (const message of life) shop.hear(message);
        const { entries } = planOrder(shop.state, shop.state.facts, programme, new Date('2026-03-02T00:00:00Z'));
        expect(entries).toEqual([]);
      }),
    );
  });

  const cancelledAt = '2026-03-01T12:00:00.000Z';

  it('waits in pending while its window runs, is void when cancelled meanwhile, and clawed back afterwards', () => {
    const programme = aProgramme({ purchase: { approvalDays: 5 } });
    const early = new Shop(programme);
    early.hear(facts());
    expect(early.balance).toEqual({ pending: 37, available: 0 });
    early.hear(facts({ snapshot: null, cancelledAt }));
    expect(early.balance).toEqual({ pending: 0, available: 0 });
    expect(early.keys).toEqual(['order/1/earn', 'order/1/void/2']);

    const late = new Shop(programme);
    late.hear(facts());
    late.wait(5);
    expect(late.balance).toEqual({ pending: 0, available: 37 });
    late.hear(facts({ snapshot: null, cancelledAt }));
    expect(late.keys).toEqual(['order/1/earn', 'order/1/approve/2', 'order/1/clawback/3']);
    expect(late.balance).toEqual({ pending: 0, available: 0 });
  });

  it('keeps the rule under which it first earned, whatever the merchant changes', () => {
    const before = aProgramme({ purchase: { rate: '1' } });
    const after = { ...aProgramme({ purchase: { rate: '10' } }), version: 4 };
    const off = { ...aProgramme({ isOn: false }), version: 5 };
    const now = new Date('2026-03-02T00:00:00Z');
    const first = planOrder(newOrder({ merchantId: 1, orderId: 1 }), facts(), before, now).state;
    const refund = joinFacts(first.facts, facts({ snapshot: null, refunds: { 900: aRefund({ totalMinor: 1_000 }) } }));
    for (const programme of [after, off]) {
      const { state, entries } = planOrder(first, refund, programme, now);
      expect(state.award?.ruleVersion).toBe(3);
      expect(entries).toMatchObject([{ kind: 'clawback', points: 10 }]);
    }
  });

  it.each([
    ['earns once it has a customer, where guests may claim', true, 37],
    ['never earns where guests may not claim, whichever is heard first', false, 0],
  ])('placed by a guest %s', (_name, guestsMayClaim, available) => {
    const asGuest = facts({ snapshot: aSnapshot({ customerId: null }) });
    const claimed = facts({ snapshot: aSnapshot({ updatedAt: '2026-03-01T11:00:00.000Z' }) });
    for (const news of [
      [asGuest, claimed],
      [claimed, asGuest],
    ]) {
      const shop = new Shop(aProgramme({ purchase: { guestsMayClaim } }));
      for (const arrived of news) shop.hear(arrived);
      expect(shop.balance).toEqual({ pending: 0, available });
    }
  });

  it('pays the customer who first earned, though a later snapshot names another', () => {
    const now = new Date('2026-03-02T00:00:00Z');
    const first = planOrder(newOrder({ merchantId: 1, orderId: 1 }), facts(), aProgramme(), now).state;
    const moved = facts({ snapshot: aSnapshot({ customerId: 8 }), cancelledAt });
    expect(planOrder(first, moved, aProgramme(), now).entries).toMatchObject([{ kind: 'clawback', customerId: 7 }]);
  });

  it.each([
    ['a guest', facts({ snapshot: aSnapshot({ customerId: null }) }), aProgramme()],
    ['a test', facts({ snapshot: aSnapshot({ isTest: true }) }), aProgramme()],
    ['unpaid', facts({ snapshot: aSnapshot({ financialStatus: 'pending' }) }), aProgramme()],
    ['of a programme that is off', facts(), aProgramme({ isOn: false })],
    ['of a shop whose purchases do not earn', facts(), aProgramme({ purchase: { isOn: false } })],
    [
      'worth too little for a point',
      facts({ snapshot: aSnapshot({ lines: [aLine({ priceMinor: 99 })] }) }),
      aProgramme(),
    ],
  ])('that is %s earns nothing and freezes no award', (_case, of, programme) => {
    const { state, entries } = planOrder(newOrder({ merchantId: 1, orderId: 1 }), of, programme, new Date());
    expect({ entries, award: state.award, due: state.duePoints }).toEqual({ entries: [], award: null, due: 0 });
  });

  it('names what it corrects', () => {
    const now = new Date('2026-03-02T00:00:00Z');
    const first = planOrder(newOrder({ merchantId: 1, orderId: 1 }), facts(), aProgramme(), now).state;
    const earned = { ...first, award: { ...first.award!, transferId: 99 } };
    const { entries } = planOrder(earned, facts({ cancelledAt }), aProgramme(), now);
    expect(entries).toMatchObject([{ kind: 'clawback', reversesTransferId: 99, orderId: 1 }]);
  });
});

describe('adding months', () => {
  it.each([
    ['2026-01-31T10:00:00Z', 1, '2026-02-28T10:00:00Z'],
    ['2028-01-31T10:00:00Z', 1, '2028-02-29T10:00:00Z'],
    ['2026-03-31T23:59:59Z', 12, '2027-03-31T23:59:59Z'],
    ['2028-02-29T00:00:00Z', 12, '2029-02-28T00:00:00Z'],
    ['2026-12-15T00:00:00Z', 1, '2027-01-15T00:00:00Z'],
  ])('to %s: %i later is %s', (from, months, to) => {
    expect(addMonths(new Date(from), months)).toEqual(new Date(to));
  });

  it('without a number of months is never', () => {
    expect(addMonths(new Date(), null)).toBeNull();
  });
});
