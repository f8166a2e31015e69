import type { Database } from '@loyalnest/platform/database/database';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Entry } from '../src/ledger/book.ts';
import { Ledger } from '../src/ledger/ledger.service.ts';
import type { Transfer } from '../src/ledger/transfer.ts';
import { rollForward, type RollForward } from '../src/proof/liability.ts';

let databases: TestDatabase;
let database: Database;
const merchantId = 1;

/** What was posted on which day of March. */
const days: [day: number, entry: (before: Transfer[]) => Partial<Entry>][] = [
  [2, () => ({ kind: 'earn', to: 'available', points: 100 })],
  [2, () => ({ kind: 'earn', to: 'pending', points: 50 })],
  [3, () => ({ kind: 'void', points: 10 })],
  [3, () => ({ kind: 'approve', points: 40 })],
  [4, () => ({ kind: 'hold', points: 60 })],
  [5, () => ({ kind: 'capture', points: 60 })],
  [8, (before) => ({ kind: 'restore', points: 20, shares: before[4]!.lots!.map(([lotId]) => [lotId, 20]) })],
  [9, () => ({ kind: 'adjust', direction: 'credit', points: 7 })],
  [9, () => ({ kind: 'adjust', direction: 'debit', points: 3 })],
  [10, () => ({ kind: 'migrate', direction: 'credit', points: 500 })],
  [11, (before) => ({ kind: 'expire', points: 30, lotId: before[9]!.transferId })],
  [12, () => ({ kind: 'clawback', policy: 'floor', points: 1_000 })],
];

beforeAll(async () => {
  databases = await cloneDatabase();
  database = databases.as('points');
  await databases.owner.query(`select points.ensure_transaction_partitions('2026-03-01', 1)`);
  const ledger = new Ledger(database);
  const before: Transfer[] = [];
  for (const [index, [day, entry]] of days.entries()) {
    const now = march(day);
    const dates = { earnedAt: now, expiresAt: null };
    const full = { customerId: 7, businessKey: `k/${index}`, actor: 'job', ...dates, ...entry(before) } as Entry;
    const [posted] = await database.forMerchant(merchantId, (tx) => ledger.post(tx, merchantId, [full], now));
    if (posted?.outcome !== 'posted') throw new Error(`${full.kind} was not posted`);
    before.push(posted.transfer);
  }
});

afterAll(() => databases.close());

function march(day: number): Date {
  return new Date(Date.UTC(2026, 2, day));
}

function between(from: number, to: number, merchant = merchantId): Promise<RollForward> {
  return database.forMerchant(merchant, (tx) => rollForward(tx, merchant, { from: march(from), to: march(to) }));
}

function closingOf(lines: RollForward): number {
  const { opening, issued, redeemed, expired, revoked, adjusted, migrated } = lines;
  return opening + issued - redeemed - expired - revoked + adjusted + migrated;
}

describe('the liability roll-forward', () => {
  it('explains each point that came and went', async () => {
    expect(await between(1, 31)).toEqual({
      opening: 0,
      issued: 150,
      redeemed: 40,
      expired: 30,
      revoked: 584,
      adjusted: 4,
      migrated: 500,
      closing: 0,
      forgiven: 426,
    });
  });

  it('opens a period with what the one before it closed, and counts its first moment and not its last', async () => {
    expect(await between(2, 4)).toMatchObject({ opening: 0, issued: 150, revoked: 10, closing: 140 });
    expect(await between(4, 9)).toMatchObject({ opening: 140, issued: 0, redeemed: 40, closing: 100 });
    expect(await between(8, 9)).toMatchObject({ opening: 80, redeemed: -20, closing: 100 });
  });

  it('adds up for any period', async () => {
    const aPeriod = fc.tuple(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 14 }));
    await fc.assert(
      fc.asyncProperty(aPeriod, async ([a, b]) => {
        const lines = await between(Math.min(a, b), Math.max(a, b));
        expect(closingOf(lines)).toBe(lines.closing);
        expect((await between(1, Math.min(a, b))).closing).toBe(lines.opening);
      }),
      { numRuns: 30 },
    );
  });

  it('closes with what the balances hold', async () => {
    const { rows } = await databases.owner.query<{ points: number }>(
      'select sum(pending + available + held)::int as points from points.customer_balances where merchant_id = $1',
      [merchantId],
    );
    expect((await between(1, 31)).closing).toBe(rows[0]!.points);
  });

  it('of a merchant without transfers is nothing', async () => {
    expect(new Set(Object.values(await between(1, 31, 99)))).toEqual(new Set([0]));
  });
});
