import { customerDeleted, customerMerged } from '@loyalnest/contracts/events';
import { defaultProgrammeSettings, type ProgrammeSettings } from '@loyalnest/contracts/programme';
import { MemoryCache } from '@loyalnest/platform/cache/memory-cache';
import { ManualClock } from '@loyalnest/platform/clock';
import type { Database } from '@loyalnest/platform/database/database';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import { createLogger } from '@loyalnest/platform/telemetry/logger';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KnownBalances } from '../src/balance/known-balances.ts';
import { OrderIntake } from '../src/intake/order-intake.ts';
import type { Entry } from '../src/ledger/book.ts';
import { Ledger } from '../src/ledger/ledger.service.ts';
import { retryLostRaces } from '../src/ledger/lost-race.ts';
import { DepartureEvents } from '../src/merging/customer.events.ts';
import { Departures } from '../src/merging/departures.service.ts';
import { planMerge } from '../src/merging/merge-plan.ts';
import { SettleLeftOvers } from '../src/merging/settle-left-overs.job.ts';
import { verifyLedger } from '../src/proof/verify-ledger.ts';
import { Redemptions } from '../src/redemption/redemption.service.ts';
import { aSnapshot, facts } from './orders.ts';
import { installShop } from './programme.ts';
import { takeReward } from './redemptions.ts';

let databases: TestDatabase;
let database: Database;
let intake: OrderIntake;
let ledger: Ledger;
let departures: DepartureEvents;
let leftOvers: SettleLeftOvers;
let merchantId = 0;
const clock = new ManualClock('2026-03-02T00:00:00Z');
const signal = new OutboxSignal();

beforeAll(async () => {
  databases = await cloneDatabase();
  database = databases.as('points');
  await databases.owner.query(`select points.ensure_transaction_partitions('2026-03-01', 1)`);
  intake = new OrderIntake(database, clock, signal);
  ledger = new Ledger(database);
  const service = new Departures(database, ledger);
  const logger = createLogger({ level: 'silent', service: 'points' });
  departures = new DepartureEvents(service, new KnownBalances(new MemoryCache(), clock), clock);
  leftOvers = new SettleLeftOvers(database, new ShopDirectory(database), service, clock, signal, logger);
});

beforeEach(() => {
  merchantId += 1;
  clock.set('2026-03-02T00:00:00Z');
});

afterAll(async () => {
  intake.onApplicationShutdown();
  await databases.close();
});

function install(settings: Partial<ProgrammeSettings> = {}): Promise<void> {
  return installShop(database, clock, { merchantId, settings });
}

function order(orderId: number, customerId: number, change: Parameters<typeof facts>[0] = {}): Promise<void> {
  return intake.submit({ merchantId, orderId, facts: facts({ snapshot: aSnapshot({ customerId }), ...change }) });
}

const cancelled = { snapshot: null, cancelledAt: '2026-03-01T12:00:00.000Z' };

function hear(type: string, payload: Record<string, unknown>): Promise<void> {
  const event = { source: 'admin-core', id: 1, merchantId, key: 'k', type, occurredAt: clock.now() };
  return retryLostRaces(() =>
    database.forMerchant(merchantId, (tx) =>
      departures.handle(tx, [{ ...event, payload: { merchantId, ...payload } }]),
    ),
  );
}

function merge(mergedCustomerId: number, keptCustomerId: number): Promise<void> {
  return hear(customerMerged.name, { mergedCustomerId, keptCustomerId });
}

function remove(customerId: number): Promise<void> {
  return hear(customerDeleted.name, { customerId, isRedacted: false });
}

function post(...entries: Entry[]) {
  return database.forMerchant(merchantId, (tx) => ledger.post(tx, merchantId, entries, clock.now()));
}

async function balance(customerId: number) {
  const { rows } = await databases.owner.query<{ pending: number; available: number; held: number }>(
    `select pending::int, available::int, held::int from points.customer_balances
     where merchant_id = $1 and customer_id = $2`,
    [merchantId, customerId],
  );
  return rows[0];
}

async function lots(customerId: number) {
  const { rows } = await databases.owner.query<{ remaining: number; expires_at: Date | null }>(
    `select remaining::int, expires_at from points.lots
     where merchant_id = $1 and customer_id = $2 order by lot_id`,
    [merchantId, customerId],
  );
  return rows.map((row) => [row.remaining, row.expires_at?.toISOString().slice(0, 10) ?? null]);
}

async function transfers(...kinds: string[]): Promise<string[]> {
  const { rows } = await databases.owner.query<{ text: string }>(
    `select concat_ws(' ', kind, customer_id, from_account, to_account, points) as text
     from points.points_transactions where merchant_id = $1 and kind = any ($2) order by transfer_id`,
    [merchantId, kinds],
  );
  return rows.map(({ text }) => text);
}

async function expectProven(): Promise<void> {
  const findings = await verifyLedger(database, { merchantIds: [merchantId], now: clock.now() });
  expect(findings.total().differences).toEqual([]);
}

const empty = { pending: 0, available: 0, held: 0 };

describe('customers merged into one', () => {
  it('hand over what is available, with lots that keep their dates', async () => {
    await install({ expiry: { afterMonths: 1 } });
    await order(1, 7);
    clock.advance(5 * 24 * 60 * 60 * 1_000);
    await order(2, 8);
    await merge(7, 8);
    expect(await balance(7)).toEqual(empty);
    expect(await balance(8)).toEqual({ ...empty, available: 74 });
    expect(await lots(8)).toEqual([
      [37, '2026-04-02'],
      [37, '2026-04-07'],
    ]);
    expect(await transfers('migrate')).toEqual(['migrate 7 available migrated 37', 'migrate 8 migrated available 37']);
    await expectProven();
  });

  it('hand over once when the news comes twice', async () => {
    await install();
    await order(1, 7);
    await merge(7, 8);
    await merge(7, 8);
    expect(await transfers('migrate')).toHaveLength(2);
    await expectProven();
  });

  it('hand over pending points, and the order that is approved or cancelled later finds them', async () => {
    await install({ purchase: { ...defaultProgrammeSettings.purchase, approvalDays: 5 } });
    await order(1, 7);
    await merge(7, 8);
    expect(await balance(8)).toEqual({ ...empty, pending: 37 });
    await order(1, 7, cancelled);
    expect(await balance(8)).toEqual(empty);
    expect(await transfers('void')).toEqual(['void 8 pending revoked 37']);
    await expectProven();
  });

  it('hand over what is held: the reward is used, given back, and refunded at the other customer', async () => {
    await install();
    for (const id of [1, 2, 3]) await order(id, 7);
    const code = `LOYAL${merchantId}`;
    const taken = { merchantId, customerId: 7, points: 30, now: clock.now() };
    await takeReward(database, ledger, { ...taken, redemptionId: 2 * merchantId, code });
    await takeReward(database, ledger, { ...taken, redemptionId: 2 * merchantId + 1, code: `${code}B` });
    const redemptions = new Redemptions(database, ledger, clock, signal);
    const stale = await redemptions.find(merchantId, 2 * merchantId);
    await merge(7, 8);
    expect(await balance(8)).toEqual({ pending: 0, available: 51, held: 60 });

    await redemptions.giveBack(stale!, 'released', 'job');
    expect(await balance(8)).toEqual({ pending: 0, available: 81, held: 30 });
    await order(4, 9, { snapshot: aSnapshot({ customerId: 9, codes: [`${code}B`] }) });
    expect(await balance(8)).toEqual({ pending: 0, available: 81, held: 0 });
    await order(4, 9, cancelled);
    expect(await balance(8)).toEqual({ pending: 0, available: 111, held: 0 });
    await expectProven();
  });

  it('hand over a debt, which the other pays off', async () => {
    await install();
    await order(1, 7);
    await post({ kind: 'adjust', direction: 'debit', customerId: 7, points: 30, businessKey: 'a', actor: 'staff:1' });
    await order(1, 7, cancelled);
    await order(2, 8);
    expect(await balance(7)).toEqual({ ...empty, available: -30 });
    await merge(7, 8);
    expect(await balance(7)).toEqual(empty);
    expect(await balance(8)).toEqual({ ...empty, available: 7 });
    expect(await lots(8)).toEqual([
      [0, null],
      [7, null],
    ]);
    expect(await transfers('migrate')).toEqual(['migrate 7 migrated available 30', 'migrate 8 available migrated 30']);
    await expectProven();
  });

  it('pay off a debt of the one who stays', async () => {
    await install();
    await order(1, 8);
    await post({ kind: 'adjust', direction: 'debit', customerId: 8, points: 30, businessKey: 'a', actor: 'staff:1' });
    await order(1, 8, cancelled);
    await order(2, 7);
    await merge(7, 8);
    expect(await balance(8)).toEqual({ ...empty, available: 7 });
    await expectProven();
  });

  it('share their orders: what is cancelled later is taken back at the one who stays', async () => {
    await install();
    await order(1, 7);
    await merge(7, 8);
    await order(1, 7, cancelled);
    expect(await balance(8)).toEqual(empty);
    expect(await balance(7)).toEqual(empty);
    await expectProven();
  });

  it('earn at the one who stays for orders that still name the other, also after another merge', async () => {
    await install();
    await order(1, 7);
    await merge(7, 8);
    await order(2, 7);
    expect(await balance(8)).toEqual({ ...empty, available: 74 });
    await merge(8, 9);
    await order(3, 7);
    await order(3, 7);
    expect(await balance(9)).toEqual({ ...empty, available: 111 });
    expect(await balance(7)).toEqual(empty);
    await expectProven();
  });

  it('have nothing to hand over when neither was ever heard of, and earn at the right one afterwards', async () => {
    await install();
    await merge(7, 8);
    await order(1, 7);
    expect(await balance(8)).toEqual({ ...empty, available: 37 });
    await expectProven();
  });

  it('move what a caller gave to the one who is gone', async () => {
    await install();
    await merge(7, 8);
    const credit = { earnedAt: clock.now(), expiresAt: null, actor: 'api:1' };
    await post({ kind: 'earn', to: 'available', customerId: 7, points: 5, businessKey: 'x', ...credit });
    await leftOvers.run();
    await leftOvers.run();
    await post({ kind: 'earn', to: 'available', customerId: 7, points: 6, businessKey: 'y', ...credit });
    await leftOvers.run();
    expect(await balance(8)).toEqual({ ...empty, available: 11 });
    expect(await transfers('migrate')).toHaveLength(4);
    await expectProven();
  });

  it('lose nothing when orders, refunds and merges happen at once', async () => {
    await install();
    const orders = Array.from({ length: 120 }, (_, index) => index + 1);
    const merges = [merge(1, 2), merge(3, 4), merge(2, 4), merge(5, 4)];
    await Promise.all([
      ...orders.map((id) => order(id, (id % 6) + 1)),
      ...merges,
      ...orders.slice(0, 60).map((id) => order(id, (id % 6) + 1, cancelled)),
    ]);
    await leftOvers.run();
    const four = await balance(4);
    const six = await balance(6);
    expect(four!.available + six!.available).toBe(60 * 37);
    await expectProven();
  });
});

describe('a merge', () => {
  it('conserves points and leaves lots that sum to what is available', () => {
    const aCustomer = fc.record({
      lots: fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 4 }),
      debt: fc.option(fc.integer({ min: 1, max: 150 })),
      pending: fc.nat(50),
      held: fc.nat(50),
    });
    fc.assert(
      fc.property(aCustomer, aCustomer, (a, b) => {
        const [from, to] = [a, b].map(({ lots: remaining, debt, pending, held }, which) => {
          const lots = (debt === null ? remaining : []).map((points, index) => ({
            lotId: which * 10 + index,
            points,
            remaining: points,
            earnedAt: new Date(0),
            expiresAt: index % 2 ? null : new Date(index),
          }));
          const available = debt === null ? lots.reduce((sum, lot) => sum + lot.remaining, 0) : -debt;
          return { customerId: which + 7, balance: { pending, available, held }, lots };
        });
        let nextId = 100;
        const posting = planMerge({ merchantId: 1, from: from!, to: to!, round: 1, nextTransferId: () => nextId++ });
        const change = posting.balanceChanges.find(({ customerId }) => customerId === 8);
        const available = to!.balance.available + (change?.available ?? 0);
        expect(available).toBe(from!.balance.available + to!.balance.available);
        const changed = new Map(posting.changedLots.map((lot) => [lot.lotId, lot.remaining]));
        const inLots = [...from!.lots, ...to!.lots].reduce(
          (sum, lot) => sum + (changed.get(lot.lotId) ?? lot.remaining),
          0,
        );
        expect(inLots).toBe(Math.max(0, available));
        const migrated = posting.transfers.reduce(
          (sum, { from, points }) => sum + (from === 'migrated' ? -points : points),
          0,
        );
        expect(migrated).toBe(0);
      }),
    );
  });
});

describe('a deleted customer', () => {
  it('loses what is pending and available, once, and the orders stay right', async () => {
    await install({ purchase: { ...defaultProgrammeSettings.purchase, approvalDays: 5 } });
    await order(1, 7);
    const credit = { earnedAt: clock.now(), expiresAt: null, actor: 'api:1' };
    await post({ kind: 'earn', to: 'available', customerId: 7, points: 50, businessKey: 'x', ...credit });
    await remove(7);
    await remove(7);
    expect(await balance(7)).toEqual(empty);
    expect(await transfers('void', 'clawback')).toEqual([
      'void 7 pending revoked 37',
      'clawback 7 available revoked 50',
    ]);
    await expectProven();
  });

  it('earns nothing more, and nothing is taken that is not there', async () => {
    await install();
    await order(1, 7);
    await remove(7);
    await order(2, 7);
    await order(1, 7, cancelled);
    expect(await balance(7)).toEqual(empty);
    expect(await transfers('earn')).toEqual(['earn 7 issued available 37']);
    expect(await transfers('clawback')).toEqual(['clawback 7 available revoked 37', 'clawback 7 available revoked 0']);
    await expectProven();
  });

  it('is not given more for an order that grows', async () => {
    await install();
    await order(1, 7);
    await remove(7);
    const grown = aSnapshot({
      customerId: 7,
      updatedAt: '2026-03-01T11:00:00.000Z',
      lines: [{ ...aSnapshot().lines[0]!, priceMinor: 9_900 }],
    });
    await order(1, 7, { snapshot: grown });
    expect(await transfers('earn')).toHaveLength(1);
    await expectProven();
  });

  it('owes nothing any more', async () => {
    await install();
    await order(1, 7);
    await post({ kind: 'adjust', direction: 'debit', customerId: 7, points: 30, businessKey: 'a', actor: 'staff:1' });
    await order(1, 7, cancelled);
    await remove(7);
    expect(await balance(7)).toEqual(empty);
    expect(await transfers('adjust')).toEqual(['adjust 7 available adjusted 30', 'adjust 7 adjusted available 30']);
    await expectProven();
  });

  it('keeps what a reward holds until it is used, and loses it when it comes back', async () => {
    await install();
    await order(1, 7);
    await takeReward(database, ledger, {
      merchantId,
      customerId: 7,
      redemptionId: 2 * merchantId,
      points: 30,
      code: `LOYAL${merchantId}`,
      now: clock.now(),
    });
    await remove(7);
    expect(await balance(7)).toEqual({ ...empty, held: 30 });
    const redemptions = new Redemptions(database, ledger, clock, signal);
    const redemption = await redemptions.find(merchantId, 2 * merchantId);
    await redemptions.giveBack(redemption!, 'released', 'job');
    expect(await balance(7)).toEqual({ ...empty, available: 30 });
    await leftOvers.run();
    await leftOvers.run();
    expect(await balance(7)).toEqual(empty);
    expect(await transfers('clawback')).toEqual(['clawback 7 available revoked 7', 'clawback 7 available revoked 30']);
    await expectProven();
  });

  it('who was merged before, takes nothing from the one who stayed', async () => {
    await install();
    await order(1, 7);
    await merge(7, 8);
    await remove(7);
    await order(2, 7);
    expect(await balance(8)).toEqual({ ...empty, available: 74 });
    await expectProven();
  });

  it('whom nobody heard of before earns nothing either', async () => {
    await install();
    await remove(7);
    await order(1, 7);
    expect(await balance(7)).toEqual(empty);
    await expectProven();
  });
});
