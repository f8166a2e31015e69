import type { Database } from '@loyalnest/platform/database/database';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sumTotals } from '../src/balance/totals.repository.ts';
import type { Entry } from '../src/ledger/book.ts';
import { Ledger } from '../src/ledger/ledger.service.ts';

let databases: TestDatabase;
let database: Database;
const now = new Date('2026-03-02T00:00:00Z');
const lot = { earnedAt: now, expiresAt: null };

beforeAll(async () => {
  databases = await cloneDatabase();
  database = databases.as('points');
});

afterAll(() => databases.close());

async function post(merchantId: number, entries: Entry[]): Promise<void> {
  const ledger = new Ledger(database);
  const posted = await database.forMerchant(merchantId, (tx) => ledger.post(tx, merchantId, entries, now));
  for (const { outcome } of posted) expect(outcome).toBe('posted');
}

function totalsOf(merchantId: number) {
  return database.forMerchant(merchantId, (tx) => sumTotals(tx, merchantId));
}

const nothing = { issued: 0, revoked: 0, redeemed: 0, expired: 0, adjusted: 0, migrated: 0 };

it('says that a shop without transfers has issued nothing', async () => {
  expect(await totalsOf(1)).toEqual({ ...nothing, pending: 0, available: 0, held: 0, customers: 0 });
});

it('sums what was issued and taken back over all customers of one shop', async () => {
  const earn = (customerId: number, points: number): Entry => {
    return {
      kind: 'earn',
      to: 'available',
      customerId,
      points,
      businessKey: `test/${customerId}`,
      actor: 'test',
      ...lot,
    };
  };
  await post(2, [earn(7, 500), earn(8, 30)]);
  await post(3, [earn(7, 9_999)]);
  const clawback = { kind: 'clawback' as const, policy: 'negative' as const, actor: 'test' };
  await post(2, [
    { ...clawback, customerId: 8, points: 50, businessKey: 'test/clawback' },
    { kind: 'hold', customerId: 7, points: 100, businessKey: 'test/hold', actor: 'test' },
  ]);
  const totals = await totalsOf(2);
  expect(totals).toEqual({ ...nothing, issued: 530, revoked: 50, pending: 0, available: 380, held: 100, customers: 2 });
});
