import type { Database } from '@loyalnest/platform/database/database';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Entry } from '../src/ledger/book.ts';
import { Ledger } from '../src/ledger/ledger.service.ts';
import { retryLostRaces } from '../src/ledger/lost-race.ts';

let databases: TestDatabase;
let database: Database;
let ledger: Ledger;
let merchantId = 0;
const now = new Date('2026-03-02T00:00:00Z');

beforeAll(async () => {
  databases = await cloneDatabase();
  database = databases.as('points');
  ledger = new Ledger(database);
});

beforeEach(() => {
  merchantId += 1;
});

afterAll(() => databases.close());

function post(...entries: Entry[]) {
  return retryLostRaces(() => database.forMerchant(merchantId, (tx) => ledger.post(tx, merchantId, entries, now)));
}

function earn(points: number, businessKey: string): Entry {
  const dates = { earnedAt: now, expiresAt: null };
  return { kind: 'earn', to: 'available', customerId: 7, points, businessKey, actor: 'api:test', ...dates };
}

function hold(points: number, businessKey: string): Entry {
  return { kind: 'hold', customerId: 7, points, businessKey, actor: 'customer' };
}

async function count(table: string): Promise<number> {
  const { rows } = await databases.owner.query<{ count: number }>(
    `select count(*)::int as count from points.${table} where merchant_id = $1`,
    [merchantId],
  );
  return rows[0]!.count;
}

describe('the ledger', () => {
  it('posts an entry with its lot, balance, key and event', async () => {
    const [result] = await post(earn(50, 'test/1'));
    expect(result).toMatchObject({
      outcome: 'posted',
      transfer: { kind: 'earn', points: 50 },
      balance: { available: 50 },
    });
    for (const table of ['points_transactions', 'transfer_keys', 'lots', 'outbox']) expect(await count(table)).toBe(1);
  });

  it('gives the first transfer back for a business key that was used before', async () => {
    const [first] = await post(earn(50, 'test/1'));
    const [second] = await post(earn(999, 'test/1'));
    expect(second).toEqual({ ...first, outcome: 'already-posted' });
    expect(await count('points_transactions')).toBe(1);
  });

  it('posts a business key once when one call names it twice', async () => {
    const results = await post(earn(50, 'test/1'), earn(50, 'test/1'));
    expect(results.map(({ outcome }) => outcome)).toEqual(['posted', 'already-posted']);
    expect(results[1]!.balance.available).toBe(50);
  });

  it('holds no more than is available, and says how much that is', async () => {
    await post(earn(50, 'test/1'));
    const [result] = await post(hold(51, 'test/2'));
    expect(result).toMatchObject({ outcome: 'insufficient', available: 50, balance: { available: 50, held: 0 } });
    expect(await count('transfer_keys')).toBe(1);
  });

  it('finds nothing to hold with a customer it has never seen, and leaves no trace', async () => {
    const [result] = await post(hold(1, 'test/1'));
    expect(result).toMatchObject({ outcome: 'insufficient', available: 0 });
    expect(await count('customer_balances')).toBe(0);
  });

  it('gives held points back to the lots they came from', async () => {
    await post(earn(30, 'test/1'), earn(20, 'test/2'));
    const [held] = await post(hold(40, 'test/3'));
    if (held?.outcome !== 'posted') throw new Error('not posted');
    await post({ ...hold(40, 'test/4'), kind: 'release', shares: held.transfer.lots ?? [] });
    const { rows } = await databases.owner.query(
      'select points::int, remaining::int from points.lots where merchant_id = $1 order by lot_id',
      [merchantId],
    );
    expect(rows).toEqual([
      { points: 30, remaining: 30 },
      { points: 20, remaining: 20 },
    ]);
  });

  it('lets 64 holds at once spend no point twice', async () => {
    await post(earn(1_000, 'test/0'));
    const results = await Promise.all(Array.from({ length: 64 }, (_, index) => post(hold(100, `hold/${index}`))));
    expect(results.filter(([result]) => result?.outcome === 'posted')).toHaveLength(10);
    const [last] = await post(hold(1, 'hold/last'));
    expect(last).toMatchObject({ outcome: 'insufficient', balance: { available: 0, held: 1_000 } });
  });

  it('posts one key once when 32 calls bring it at once for a customer without a balance', async () => {
    const results = await Promise.all(Array.from({ length: 32 }, () => post(earn(10, 'test/1'))));
    expect(results.filter(([result]) => result?.outcome === 'posted')).toHaveLength(1);
    expect(new Set(results.map(([result]) => result?.balance.available))).toEqual(new Set([10]));
  });

  it('posts one key once when two customers bring it at once', async () => {
    const results = await Promise.all(
      Array.from({ length: 16 }, (_, index) => post({ ...earn(10, 'test/1'), customerId: index + 1 })),
    );
    expect(results.filter(([result]) => result?.outcome === 'posted')).toHaveLength(1);
    expect(await count('points_transactions')).toBe(1);
  });
});
