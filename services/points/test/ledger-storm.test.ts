import { defaultProgrammeSettings } from '@loyalnest/contracts/programme';
import { ManualClock } from '@loyalnest/platform/clock';
import type { Database } from '@loyalnest/platform/database/database';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import { createLogger } from '@loyalnest/platform/telemetry/logger';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApprovePoints } from '../src/approval/approve-points.job.ts';
import { ExpirePoints } from '../src/expiry/expire-points.job.ts';
import { OrderIntake } from '../src/intake/order-intake.ts';
import { Ledger } from '../src/ledger/ledger.service.ts';
import { retryLostRaces } from '../src/ledger/lost-race.ts';
import { planOrder } from '../src/orders/order-plan.ts';
import { joinFacts, noFacts, type OrderFacts } from '../src/orders/order-snapshot.ts';
import { newOrder } from '../src/orders/order.repository.ts';
import { verifyLedger } from '../src/proof/verify-ledger.ts';
import { Departures } from '../src/merging/departures.service.ts';
import { anOrderLife, anyDelivery } from './order-life.ts';
import { installShop } from './programme.ts';

let databases: TestDatabase;
let database: Database;
const clock = new ManualClock('2026-03-02T00:00:00Z');
const signal = new OutboxSignal();
const logger = createLogger({ level: 'silent', service: 'points' });
const settings = {
  ...defaultProgrammeSettings,
  purchase: { ...defaultProgrammeSettings.purchase, approvalDays: 1 },
  expiry: { afterMonths: 1 },
};
const customers = 5;

beforeAll(async () => {
  databases = await cloneDatabase();
  database = databases.as('points');
  await databases.owner.query(`select points.ensure_transaction_partitions('2026-03-01', 3)`);
});

afterAll(() => databases.close());

type Message = { orderId: number; facts: OrderFacts };

/** Lives of some orders, each of one of a few customers, and all their messages as a careless network delivers them. */
const aStorm = fc
  .array(anOrderLife, { minLength: 15, maxLength: 25 })
  .map((lives) => lives.map((life, index) => life.map((facts) => withCustomer(facts, (index % customers) + 1))))
  .chain((lives) =>
    fc.record({
      lives: fc.constant(lives),
      deliveries: fc.tuple(...lives.map((life) => anyDelivery(life))),
      waits: fc.array(fc.nat(3), { minLength: 8, maxLength: 8 }),
    }),
  );

function withCustomer(facts: OrderFacts, customerId: number): OrderFacts {
  return facts.snapshot ? { ...facts, snapshot: { ...facts.snapshot, customerId } } : facts;
}

/** Takes turns between the orders, so that messages of one come among those of all others. */
function interleave(deliveries: readonly (readonly OrderFacts[])[]): Message[] {
  const longest = Math.max(...deliveries.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) =>
    deliveries.flatMap((delivery, index) => (delivery[turn] ? [{ orderId: index + 1, facts: delivery[turn] }] : [])),
  ).flat();
}

function dueOf(life: readonly OrderFacts[]): number {
  const facts = life.reduce(joinFacts, noFacts);
  return planOrder(newOrder({ merchantId: 1, orderId: 1 }), facts, { version: 1, settings }, clock.now()).state
    .duePoints;
}

it('stays right while two processes post, approve, expire, spend and merge at the same time', async () => {
  let merchantId = 0;
  await fc.assert(
    fc.asyncProperty(aStorm, async ({ lives, deliveries, waits }) => {
      merchantId += 1;
      clock.set('2026-03-02T00:00:00Z');
      await installShop(database, clock, { merchantId, settings });
      const intakes = [new OrderIntake(database, clock, signal), new OrderIntake(database, clock, signal)];
      const ledger = new Ledger(database);
      const directory = new ShopDirectory(database);
      const approve = () => new ApprovePoints(database, directory, clock, signal, logger).run();
      const expire = () => new ExpirePoints(database, directory, ledger, clock, signal, logger).run();
      const spend = (round: number) => spendSome(ledger, { merchantId, customerId: (round % customers) + 1, round });
      const merge = () => {
        const pair = { merchantId, from: 1, to: 2 };
        return retryLostRaces(() =>
          database.forMerchant(merchantId, (tx) => new Departures(database, ledger).merge(tx, pair, clock.now())),
        );
      };

      const messages = interleave(deliveries);
      const size = Math.ceil(messages.length / waits.length);
      for (const [round, days] of waits.entries()) {
        const part = messages.slice(round * size, (round + 1) * size);
        await Promise.all([
          ...part.map(({ orderId, facts }, index) => intakes[index % 2]!.submit({ merchantId, orderId, facts })),
          approve(),
          expire(),
          spend(round),
          ...(round === 4 ? [merge()] : []),
        ]);
        clock.advance(days * 24 * 60 * 60 * 1_000);
      }
      for (const intake of intakes) intake.onApplicationShutdown();

      const { rows } = await databases.owner.query<{ order_id: string; due: number; posted: number }>(
        `select order_id, due_points::int as due, (pending_points + available_points)::int as posted
         from points.orders where merchant_id = $1`,
        [merchantId],
      );
      const ends = new Map(rows.map((row) => [Number(row.order_id), row]));
      for (const [index, life] of lives.entries()) {
        expect(ends.get(index + 1)).toMatchObject({ due: dueOf(life), posted: dueOf(life) });
      }
      const findings = await verifyLedger(database, { merchantIds: [merchantId], now: clock.now() });
      expect(findings.total().differences).toEqual([]);
    }),
    { numRuns: 6 },
  );
});

type Spending = { merchantId: number; customerId: number; round: number };

/** Takes a few points by hand, if there are any. */
async function spendSome(ledger: Ledger, { merchantId, customerId, round }: Spending): Promise<void> {
  const entry = {
    kind: 'adjust',
    direction: 'debit',
    points: 5,
    businessKey: `spend/${round}`,
    actor: 'staff:1',
  } as const;
  await retryLostRaces(() =>
    database.forMerchant(merchantId, (tx) => ledger.post(tx, merchantId, [{ ...entry, customerId }], clock.now())),
  );
}
