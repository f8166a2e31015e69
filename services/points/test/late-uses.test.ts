import { ManualClock } from '@loyalnest/platform/clock';
import type { Database } from '@loyalnest/platform/database/database';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import { createLogger } from '@loyalnest/platform/telemetry/logger';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { OrderIntake } from '../src/intake/order-intake.ts';
import { Ledger } from '../src/ledger/ledger.service.ts';
import { verifyLedger } from '../src/proof/verify-ledger.ts';
import { ChargeLateUses } from '../src/redemption/late-uses.job.ts';
import { Redemptions } from '../src/redemption/redemption.service.ts';
import type { Redemption } from '../src/redemption/redemption.ts';
import { aRefund, aSnapshot, facts } from './orders.ts';
import { installShop } from './programme.ts';
import { takeReward } from './redemptions.ts';

const clock = new ManualClock('2026-03-02T00:00:00Z');
const signal = new OutboxSignal();
const dayMs = 24 * 60 * 60 * 1_000;
let databases: TestDatabase;
let database: Database;
let intake: OrderIntake;
let ledger: Ledger;
let redemptions: Redemptions;
let job: ChargeLateUses;
let merchantId = 0;

beforeAll(async () => {
  databases = await cloneDatabase();
  database = databases.as('points');
  await databases.owner.query(`select points.ensure_transaction_partitions('2026-03-01', 3)`);
  intake = new OrderIntake(database, clock, signal);
  ledger = new Ledger(database);
  redemptions = new Redemptions(database, ledger, clock, signal);
  const logger = createLogger({ level: 'silent', service: 'points' });
  job = new ChargeLateUses(database, new ShopDirectory(database), ledger, clock, signal, logger);
});
beforeEach(async () => {
  merchantId += 1;
  clock.set('2026-03-02T00:00:00Z');
  await installShop(database, clock, { merchantId });
  await order(1, { totalMinor: 3_700 });
});
afterAll(async () => {
  intake.onApplicationShutdown();
  await databases.close();
});

const redemptionId = () => 1_000 + merchantId;
const code = () => `LOYAL${merchantId}`;

function order(orderId: number, change: Parameters<typeof aSnapshot>[0] = {}, more: object = {}): Promise<void> {
  return intake.submit({ merchantId, orderId, facts: facts({ snapshot: aSnapshot(change), ...more }) });
}

/** Order 1 brought 37 points; 30 of them were set aside for a reward, and went back before its code's order is known. */
async function takeAndRelease(): Promise<Redemption> {
  const taken = { merchantId, customerId: 7, redemptionId: redemptionId(), points: 30, code: code(), now: clock.now() };
  await takeReward(database, ledger, taken);
  const redemption = await redemptions.find(merchantId, redemptionId());
  if (!redemption) throw new Error('not taken');
  await redemptions.startRelease(redemption);
  return redemptions.giveBack(redemption, 'released', 'customer');
}

/** An order that earns nothing itself, so that the balance shows the reward alone. */
const using = (change: Parameters<typeof aSnapshot>[0] = {}) => ({ codes: [code()], lines: [], ...change });

async function available(customerId = 7): Promise<number> {
  const { rows } = await databases.owner.query<{ available: number }>(
    'select available::int from points.customer_balances where merchant_id = $1 and customer_id = $2',
    [merchantId, customerId],
  );
  return rows[0]?.available ?? NaN;
}

const state = async () => redemptions.find(merchantId, redemptionId());

async function kinds(): Promise<string[]> {
  const { rows } = await databases.owner.query<{ kind: string; points: number }>(
    `select kind, points::int from points.points_transactions
     where merchant_id = $1 and redemption_id is not null order by transfer_id`,
    [merchantId],
  );
  return rows.map(({ kind, points }) => `${kind} ${points}`);
}

async function expectProven(): Promise<void> {
  const findings = await verifyLedger(database, { merchantIds: [merchantId], now: clock.now() });
  expect(findings.total().differences).toEqual([]);
}

it('is on record at once: a reward that was given back names the order that used its code', async () => {
  await takeAndRelease();
  await order(2, using());
  expect(await state()).toMatchObject({ status: 'released', orderId: 2 });
  await expectProven();
});

it('is charged: the points are held and captured once more', async () => {
  await takeAndRelease();
  await order(2, using());
  await job.run();
  await job.run();
  expect(await state()).toMatchObject({ status: 'captured', orderId: 2, restoredPoints: 0 });
  expect(await kinds()).toEqual(['hold 30', 'release 30', 'hold 30', 'capture 30']);
  expect(await available()).toBe(7);
  await expectProven();
});

it('is charged once when two processes run at once', async () => {
  await takeAndRelease();
  await order(2, using());
  await Promise.all([job.run(), job.run(), job.run()]);
  expect(await available()).toBe(7);
  await expectProven();
});

it('comes back as its order is refunded, before it was charged and after', async () => {
  await takeAndRelease();
  const refund = (id: number) => aRefund({ id, totalMinor: 1_000 });
  await order(2, using({ totalMinor: 2_000 }), { refunds: { 900: refund(900) } });
  await job.run();
  expect(await kinds()).toEqual(['hold 30', 'release 30', 'hold 30', 'capture 30', 'restore 15']);
  expect(await available()).toBe(22);
  await order(2, using({ totalMinor: 2_000 }), { snapshot: null, refunds: { 901: refund(901) } });
  expect(await state()).toMatchObject({ status: 'captured', restoredPoints: 30 });
  expect(await available()).toBe(37);
  await expectProven();
});

it('costs nothing when its order was cancelled', async () => {
  await takeAndRelease();
  await order(2, using(), { cancelledAt: '2026-03-01T12:00:00.000Z' });
  await job.run();
  expect(await state()).toMatchObject({ status: 'released' });
  expect(await available()).toBe(37);
});

it('waits until the customer has the points, and brings no balance below zero', async () => {
  await takeAndRelease();
  const spent = { kind: 'adjust' as const, direction: 'debit' as const, customerId: 7, points: 20, actor: 'staff:1' };
  await database.forMerchant(merchantId, (tx) =>
    ledger.post(tx, merchantId, [{ ...spent, businessKey: 'spent' }], clock.now()),
  );
  await order(2, using());
  await job.run();
  expect(await available()).toBe(17);
  clock.advance(dayMs);
  await order(3);
  await job.run();
  expect(await state()).toMatchObject({ status: 'captured' });
  expect(await available()).toBe(17 + 37 - 30);
  await expectProven();
});

it('is forgiven after a month', async () => {
  await takeAndRelease();
  await order(2, using());
  clock.advance(31 * dayMs);
  await job.run();
  expect(await state()).toMatchObject({ status: 'released', orderId: 2 });
  expect(await available()).toBe(37);
});

it('is charged to whoever owns the reward, whoever ordered', async () => {
  await takeAndRelease();
  await order(2, using({ customerId: 8 }));
  await job.run();
  expect(await available(7)).toBe(7);
  await expectProven();
});

it('of one shop is nothing to a code of the same name in another', async () => {
  await takeAndRelease();
  const used = using();
  merchantId += 500;
  await installShop(database, clock, { merchantId });
  await order(2, used);
  merchantId -= 500;
  await job.run();
  expect(await state()).toMatchObject({ status: 'released', orderId: null });
});
