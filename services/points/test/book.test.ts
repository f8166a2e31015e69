import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Book, touchesLots, type ClawbackPolicy, type Entry } from '../src/ledger/book.ts';
import { bySoonestExpiry, graceAfterHoldMs, returnToLots, sliceShares, takeFromLots } from '../src/ledger/lots.ts';
import type { Account, Balance, Lot, LotShare, Transfer } from '../src/ledger/transfer.ts';

const customerId = 7;
const dayMs = 24 * 60 * 60 * 1_000;
const start = new Date('2026-03-01T00:00:00Z');

function day(days: number): Date {
  return new Date(start.getTime() + days * dayMs);
}

function aLot(change: Partial<Lot> = {}): Lot {
  return { lotId: 1, points: 100, remaining: 100, earnedAt: start, expiresAt: null, ...change };
}

/** A book of one customer; its entries have a key each. */
function aBook(options: { balance?: Partial<Balance>; lots?: Lot[]; now?: Date } = {}) {
  let nextId = 100;
  const book = new Book({ merchantId: 1, now: options.now ?? start, nextTransferId: () => nextId++ });
  book.open(customerId, { pending: 0, available: 0, held: 0, ...options.balance }, options.lots);
  return book;
}

const common = { customerId, businessKey: 'k', actor: 'job' };
const credit = { earnedAt: start, expiresAt: null };

function earn(points: number, expiresAt: Date | null = null): Entry {
  return { ...common, ...credit, kind: 'earn', to: 'available', points, expiresAt };
}

function clawback(points: number, policy: ClawbackPolicy): Entry {
  return { ...common, kind: 'clawback', points, policy };
}

function transferOf(outcome: ReturnType<Book['post']>): Transfer {
  if (outcome.outcome !== 'posted') throw new Error(`not posted: ${outcome.available} available`);
  return outcome.transfer;
}

function remaining(book: Book): Record<number, number> {
  return Object.fromEntries(book.lots(customerId).map((lot) => [lot.lotId, lot.remaining]));
}

describe('lots', () => {
  const lots = () => [
    aLot({ lotId: 1, remaining: 10, expiresAt: null }),
    aLot({ lotId: 2, remaining: 10, expiresAt: day(9) }),
    aLot({ lotId: 3, remaining: 10, expiresAt: day(5) }),
    aLot({ lotId: 4, remaining: 10, expiresAt: day(5) }),
  ];

  it.each([
    [5, [[3, 5]]],
    [10, [[3, 10]]],
    [
      25,
      [
        [3, 10],
        [4, 10],
        [2, 5],
      ],
    ],
    [
      40,
      [
        [3, 10],
        [4, 10],
        [2, 10],
        [1, 10],
      ],
    ],
    [
      99,
      [
        [3, 10],
        [4, 10],
        [2, 10],
        [1, 10],
      ],
    ],
    [0, []],
  ] as [number, LotShare[]][])(
    'give %i points soonest-expiring first, the older of two alike before the other',
    (points, shares) => {
      expect(takeFromLots(lots(), points)).toEqual(shares);
    },
  );

  it.each([
    [
      0,
      25,
      [
        [3, 10],
        [4, 10],
        [2, 5],
      ],
    ],
    [
      4,
      10,
      [
        [3, 6],
        [4, 4],
      ],
    ],
    [20, 5, [[2, 5]]],
    [25, 0, []],
  ] as [number, number, LotShare[]][])(
    'after %i points were given back, the next %i are of the lots next in line',
    (skip, points, slice) => {
      const shares: LotShare[] = [
        [3, 10],
        [4, 10],
        [2, 5],
      ];
      expect(sliceShares(shares, { skip, points })).toEqual(slice);
    },
  );

  it('given back in parts are given back as they were taken, whatever the parts', () => {
    const aSplit = fc.record({
      taken: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 6 }),
      parts: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 12 }),
    });
    fc.assert(
      fc.property(aSplit, ({ taken, parts }) => {
        const shares: LotShare[] = taken.map((points, index) => [index, points]);
        const total = taken.reduce((sum, points) => sum + points, 0);
        const back = new Map<number, number>();
        let skip = 0;
        for (const part of [...parts, total]) {
          const points = Math.min(part, total - skip);
          const slice = sliceShares(shares, { skip, points });
          expect(slice.reduce((sum, [, share]) => sum + share, 0)).toBe(points);
          for (const [lotId, share] of slice) back.set(lotId, (back.get(lotId) ?? 0) + share);
          skip += points;
        }
        expect([...back]).toEqual(shares);
      }),
    );
  });

  it('that expired while held come back with 7 days, the others with their own date', () => {
    const now = day(6);
    const returned = [
      aLot({ lotId: 1, remaining: 0, expiresAt: day(5) }),
      aLot({ lotId: 2, remaining: 0, expiresAt: day(7) }),
    ];
    returnToLots(
      returned,
      [
        [1, 10],
        [2, 10],
      ],
      { debt: 0, now },
    );
    expect(returned.map(({ remaining, expiresAt }) => ({ remaining, expiresAt }))).toEqual([
      { remaining: 10, expiresAt: new Date(now.getTime() + graceAfterHoldMs) },
      { remaining: 10, expiresAt: day(7) },
    ]);
  });

  it('are not given back if they do not exist', () => {
    expect(() => returnToLots([], [[1, 10]], { debt: 0, now: start })).toThrow('lot 1');
  });
});

describe('the book', () => {
  it.each([
    ['earn', { ...common, kind: 'earn', to: 'pending', points: 5 }, 'issued', 'pending'],
    ['earn', { ...common, ...credit, kind: 'earn', to: 'available', points: 5 }, 'issued', 'available'],
    ['approve', { ...common, ...credit, kind: 'approve', points: 5 }, 'pending', 'available'],
    ['void', { ...common, kind: 'void', points: 5 }, 'pending', 'revoked'],
    ['clawback', { ...common, kind: 'clawback', policy: 'negative', points: 5 }, 'available', 'revoked'],
    ['hold', { ...common, kind: 'hold', points: 5 }, 'available', 'held'],
    ['capture', { ...common, kind: 'capture', points: 5 }, 'held', 'redeemed'],
    ['release', { ...common, kind: 'release', points: 5, shares: [[1, 5]] }, 'held', 'available'],
    ['restore', { ...common, kind: 'restore', points: 5, shares: [[1, 5]] }, 'redeemed', 'available'],
    ['expire', { ...common, kind: 'expire', points: 5, lotId: 1 }, 'available', 'expired'],
    ['adjust', { ...common, ...credit, kind: 'adjust', direction: 'credit', points: 5 }, 'adjusted', 'available'],
    ['adjust', { ...common, kind: 'adjust', direction: 'debit', points: 5 }, 'available', 'adjusted'],
    ['migrate', { ...common, ...credit, kind: 'migrate', direction: 'credit', points: 5 }, 'migrated', 'available'],
    ['migrate', { ...common, kind: 'migrate', direction: 'debit', points: 5 }, 'available', 'migrated'],
  ] as [string, Entry, Account, Account][])(
    'moves points of %s from one account to another',
    (kind, entry, from, to) => {
      const balance = { pending: 100, available: 100, held: 100 };
      const book = aBook({ balance, lots: [aLot()] });
      expect(transferOf(book.post(entry))).toMatchObject({ kind, from, to, points: 5, shortfall: 0 });
      const wanted: Record<string, number> = { ...balance };
      if (from in wanted) wanted[from]! -= 5;
      if (to in wanted) wanted[to]! += 5;
      expect(book.balance(customerId)).toEqual(wanted);
      if (from === 'available') expect(touchesLots(entry)).toBe(true);
    },
  );

  it.each([0, -1, 1.5, NaN, 2 ** 53])('refuses to move %d points', (points) => {
    expect(() => aBook().post(earn(points))).toThrow(RangeError);
  });

  it.each([
    ['hold', { ...common, kind: 'hold', points: 101 }],
    ['adjust', { ...common, kind: 'adjust', direction: 'debit', points: 101 }],
    ['migrate', { ...common, kind: 'migrate', direction: 'debit', points: 101 }],
    ['expire', { ...common, kind: 'expire', lotId: 1, points: 101 }],
  ] as [string, Entry][])('changes nothing when too little is available to %s', (_kind, entry) => {
    const book = aBook({ balance: { available: 100 }, lots: [aLot()] });
    expect(book.post(entry)).toEqual({ outcome: 'insufficient', available: 100 });
    expect(book.posting()).toEqual({ transfers: [], newLots: [], changedLots: [], balanceChanges: [] });
  });

  it.each([
    ['approve', { ...common, ...credit, kind: 'approve', points: 1 }],
    ['void', { ...common, kind: 'void', points: 1 }],
    ['capture', { ...common, kind: 'capture', points: 1 }],
  ] as [string, Entry][])('never leaves pending or held below zero by %s', (_kind, entry) => {
    expect(() => aBook().post(entry)).toThrow('below zero');
  });

  it('goes below zero by a clawback under the policy negative, and recovers with the next points', () => {
    const book = aBook({ balance: { available: 30 }, lots: [aLot({ points: 30, remaining: 30 })] });
    expect(transferOf(book.post(clawback(50, 'negative')))).toMatchObject({
      points: 50,
      shortfall: 0,
      lots: [[1, 30]],
    });
    expect(book.balance(customerId).available).toBe(-20);
    book.post(earn(15));
    expect(book.balance(customerId).available).toBe(-5);
    book.post(earn(15));
    expect(book.balance(customerId).available).toBe(10);
    expect(remaining(book)).toEqual({ 1: 0, 101: 0, 102: 10 });
  });

  it('stops at zero by a clawback under the policy floor, and says what is missing', () => {
    const book = aBook({ balance: { available: 30 }, lots: [aLot({ points: 30, remaining: 30 })] });
    expect(transferOf(book.post(clawback(50, 'floor')))).toMatchObject({ points: 30, shortfall: 20 });
    expect(transferOf(book.post(clawback(50, 'floor')))).toMatchObject({ points: 0, shortfall: 50, lots: null });
    expect(book.balance(customerId).available).toBe(0);
  });

  it('does not deepen a debt by a clawback under the policy floor', () => {
    const book = aBook({ balance: { available: -10 } });
    expect(transferOf(book.post(clawback(5, 'floor')))).toMatchObject({ points: 0, shortfall: 5 });
    expect(book.balance(customerId).available).toBe(-10);
  });

  it('pays a debt off before points come back to their lots', () => {
    const book = aBook({
      balance: { available: -20, held: 50 },
      lots: [aLot({ lotId: 1, remaining: 0 }), aLot({ lotId: 2, remaining: 0 })],
    });
    book.post({
      ...common,
      kind: 'release',
      points: 50,
      shares: [
        [1, 30],
        [2, 20],
      ],
    });
    expect(book.balance(customerId)).toEqual({ pending: 0, available: 30, held: 0 });
    expect(remaining(book)).toEqual({ 1: 10, 2: 20 });
  });

  it('refuses a reversal that gives back something else than its lots say', () => {
    const book = aBook({ balance: { held: 50 }, lots: [aLot({ remaining: 0 })] });
    expect(() => book.post({ ...common, kind: 'release', points: 50, shares: [[1, 49]] })).toThrow('exactly');
  });

  it('hands over only what it changed', () => {
    const book = aBook({ balance: { available: 200 }, lots: [aLot({ lotId: 1 }), aLot({ lotId: 2 })] });
    book.open(8, { pending: 0, available: 50, held: 0 }, [aLot({ lotId: 3, remaining: 50 })]);
    book.post({ ...common, kind: 'hold', points: 10 });
    const posting = book.posting();
    expect(posting.changedLots).toEqual([{ ...aLot({ lotId: 1, remaining: 90 }), customerId }]);
    expect(posting.balanceChanges).toEqual([{ customerId, pending: 0, available: -10, held: 10 }]);
    expect(posting.newLots).toEqual([]);
  });

  it('gives a hold back to the same lots with their dates', () => {
    const lots = fc.array(
      fc.record({ remaining: fc.integer({ min: 1, max: 50 }), lasts: fc.option(fc.integer({ min: 1, max: 90 })) }),
      {
        minLength: 1,
        maxLength: 6,
      },
    );
    fc.assert(
      fc.property(lots, fc.integer({ min: 1, max: 300 }), (given, wanted) => {
        const before = given.map(({ remaining, lasts }, index) =>
          aLot({ lotId: index + 1, remaining, expiresAt: lasts === null ? null : day(lasts) }),
        );
        const available = given.reduce((sum, lot) => sum + lot.remaining, 0);
        const points = Math.min(wanted, available);
        const book = aBook({ balance: { available }, lots: before });
        const held = transferOf(book.post({ ...common, kind: 'hold', points }));
        expect((held.lots ?? []).reduce((sum, [, share]) => sum + share, 0)).toBe(points);
        book.post({ ...common, kind: 'release', points, shares: held.lots ?? [] });
        expect(book.lots(customerId)).toEqual(before);
        expect(book.posting()).toMatchObject({ changedLots: [], balanceChanges: [] });
      }),
    );
  });
});

type Step =
  | { kind: 'earn'; points: number; lasts: number | null }
  | {
      kind:
        'pending' | 'void' | 'approve' | 'clawback' | 'floor' | 'hold' | 'release' | 'capture' | 'expire' | 'adjust';
      points: number;
    }
  | { kind: 'restore'; points: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('earn' as const),
    points: fc.integer({ min: 1, max: 99 }),
    lasts: fc.option(fc.integer({ min: -5, max: 60 })),
  }),
  fc.record({
    kind: fc.constantFrom(
      'pending',
      'void',
      'approve',
      'clawback',
      'floor',
      'hold',
      'release',
      'capture',
      'expire',
      'adjust',
      'restore',
    ),
    points: fc.integer({ min: 1, max: 99 }),
  }),
);

/** Does what a service would: no more than it may, and gives back only what was held or captured. */
class Customer {
  readonly book: Book;
  readonly #held: Transfer[] = [];
  readonly #captured: { transfer: Transfer; back: number }[] = [];

  constructor() {
    this.book = aBook();
  }

  do(step: Step): void {
    const { pending } = this.book.balance(customerId);
    const { points } = step;
    switch (step.kind) {
      case 'earn':
        this.book.post(earn(points, step.lasts === null ? null : day(step.lasts)));
        return;
      case 'pending':
        this.book.post({ ...common, kind: 'earn', to: 'pending', points });
        return;
      case 'void':
        if (pending >= points) this.book.post({ ...common, kind: 'void', points });
        return;
      case 'approve':
        if (pending >= points) this.book.post({ ...common, ...credit, kind: 'approve', points });
        return;
      case 'clawback':
        this.book.post(clawback(points, 'negative'));
        return;
      case 'floor':
        this.book.post(clawback(points, 'floor'));
        return;
      case 'adjust':
        this.book.post({ ...common, kind: 'adjust', direction: 'debit', points });
        return;
      case 'expire':
        return this.#expire(points);
      case 'hold': {
        const held = this.book.post({ ...common, kind: 'hold', points });
        if (held.outcome === 'posted') this.#held.push(held.transfer);
        return;
      }
      case 'release': {
        const held = this.#held.pop();
        if (held) this.book.post({ ...common, kind: 'release', points: held.points, shares: held.lots ?? [] });
        return;
      }
      case 'capture': {
        const held = this.#held.shift();
        if (!held) return;
        this.book.post({ ...common, kind: 'capture', points: held.points });
        this.#captured.push({ transfer: held, back: 0 });
        return;
      }
      case 'restore':
        return this.#restore(points);
    }
  }

  #expire(points: number): void {
    const lot = this.book.lots(customerId).find(({ remaining }) => remaining > 0);
    if (lot) this.book.post({ ...common, kind: 'expire', lotId: lot.lotId, points: Math.min(points, lot.remaining) });
  }

  #restore(points: number): void {
    const captured = this.#captured.find(({ transfer, back }) => back < transfer.points);
    if (!captured) return;
    const part = Math.min(points, captured.transfer.points - captured.back);
    const shares = sliceShares(captured.transfer.lots ?? [], { skip: captured.back, points: part });
    this.book.post({ ...common, kind: 'restore', points: part, shares });
    captured.back += part;
  }
}

describe('any sequence of transfers', () => {
  const steps = fc.array(step, { maxLength: 60 });

  it('keeps every point somewhere, and lots that sum to what is available whenever that is positive', () => {
    fc.assert(
      fc.property(steps, (steps) => {
        const customer = new Customer();
        const { book } = customer;
        for (const next of steps) {
          customer.do(next);
          const { available, pending, held } = book.balance(customerId);
          const lots = book.lots(customerId);
          expect(lots.reduce((sum, lot) => sum + lot.remaining, 0)).toBe(Math.max(0, available));
          expect(lots.every((lot) => lot.remaining >= 0 && lot.remaining <= lot.points)).toBe(true);
          expect(pending >= 0 && held >= 0).toBe(true);
        }

        const { transfers, balanceChanges } = book.posting();
        const accounts = new Map<Account, number>();
        for (const { from, to, points } of transfers) {
          accounts.set(from, (accounts.get(from) ?? 0) - points);
          accounts.set(to, (accounts.get(to) ?? 0) + points);
        }
        const balance = book.balance(customerId);
        for (const account of ['pending', 'available', 'held'] as const) {
          expect(balance[account]).toBe(accounts.get(account) ?? 0);
        }
        expect([...accounts.values()].reduce((sum, points) => sum + points, 0)).toBe(0);
        const [change] = balanceChanges;
        expect(change ?? { customerId, pending: 0, available: 0, held: 0 }).toEqual({ customerId, ...balance });
      }),
      { numRuns: 1_000 },
    );
  });

  it('ends the same in one book or handed over from one to the next', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ points: fc.integer({ min: 1, max: 50 }), isDebit: fc.boolean() }), { maxLength: 20 }),
        (moves) => {
          const entries = moves.map(({ points, isDebit }) =>
            isDebit ? clawback(points, 'negative') : earn(points, day(points)),
          );
          const one = aBook();
          for (const entry of entries) one.post(entry);

          let balance: Balance = { pending: 0, available: 0, held: 0 };
          let lots: Lot[] = [];
          let nextId = 100;
          for (const entry of entries) {
            const page = new Book({ merchantId: 1, now: start, nextTransferId: () => nextId++ });
            page.open(
              customerId,
              balance,
              lots.filter(({ remaining }) => remaining > 0),
            );
            page.post(entry);
            const { newLots, changedLots } = page.posting();
            const changed = new Map([...changedLots, ...newLots].map(({ customerId: _, ...lot }) => [lot.lotId, lot]));
            lots = [
              ...lots.map((lot) => changed.get(lot.lotId) ?? lot),
              ...newLots.map(({ customerId: _, ...lot }) => lot),
            ];
            balance = page.balance(customerId);
          }
          expect(balance).toEqual(one.balance(customerId));
          expect(lots.toSorted(bySoonestExpiry)).toEqual([...one.lots(customerId)].toSorted(bySoonestExpiry));
        },
      ),
    );
  });
});
