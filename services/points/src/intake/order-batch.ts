import type { Tx } from '@loyalnest/platform/database/database';
import { LostRace } from '../ledger/lost-race.ts';
import { customerKeyOf, postPlans, type PostablePlan } from '../ledger/post-plans.ts';
import { lockBalances, type CustomerKey, type LockedBalance } from '../ledger/posting.repository.ts';
import type { Transfer } from '../ledger/transfer.ts';
import { newOrder, readOrders, type OrderKey } from '../orders/order.repository.ts';
import { planOrder, type CustomerStanding, type OrderState, type Programme } from '../orders/order-plan.ts';
import { isSameFacts, joinFacts, type OrderFacts } from '../orders/order-snapshot.ts';
import type { ProgrammeCache } from '../programme/programme.repository.ts';
import { planRedemptions, type RedemptionPlan } from '../redemption/order-redemptions.ts';
import {
  findRedemptionsOfOrders,
  writeRedemptions,
  type RedemptionLookup,
} from '../redemption/redemption.repository.ts';

/** Facts about one order, as one or several deliveries brought them. */
export type OrderArrival = OrderKey & {
  facts: OrderFacts;
  /** `traceparent` of the delivery, if it is traced. */
  trace?: string | undefined;
};

export type BatchContext = {
  tx: Tx;
  now: Date;
  programmes: ProgrammeCache;
  nextTransferId: () => number;
};

export type BatchResult = {
  ordersWritten: number;
  transfers: number;
  refused: { arrival: OrderArrival; error: Error }[];
};

type Planned = PostablePlan & { redemptions: RedemptionPlan };

/**
 * Posts a batch of orders in the transaction at hand: locks the customers, joins what arrived with what was known, plans
 * `due − posted` for each, and writes everything in one statement, which also commits unless redemptions are to be written
 * as well. An order that cannot be planned is left out and named. Throws what `isLostRace` knows when another transaction was faster; the batch may simply run again.
 */
export async function postOrders(given: readonly OrderArrival[], context: BatchContext): Promise<BatchResult> {
  const { tx, now } = context;
  const { arrivals, balances, orders, epoch } = await lockAndRead(tx, given);
  const merchantIds = [...new Set(arrivals.map((arrival) => arrival.merchantId))];
  const programmes = await context.programmes.load(tx, merchantIds, epoch);
  const redemptions = await findRedemptionsOfOrders(tx, [...arrivals, ...orders]);

  const refused: BatchResult['refused'] = [];
  const planned: Planned[] = [];
  const closed = new Set(balances.filter(({ isClosed }) => isClosed).map(customerKeyOf));
  const known = new Map(orders.map((order) => [keyOf(order), order]));
  for (const arrival of arrivals) {
    try {
      const plan = planArrival(arrival, { known, programmes, redemptions, closed, now });
      if (plan) planned.push(plan);
    } catch (error) {
      refused.push({ arrival, error: error as Error });
    }
  }
  if (planned.length === 0) return { ordersWritten: 0, transfers: 0, refused };

  const changed = planned.flatMap((plan) => plan.redemptions.changed);
  const { transfers } = await postPlans(tx, planned, {
    balances,
    now,
    nextTransferId: context.nextTransferId,
    ending: changed.length === 0 ? 'commits' : 'goes-on',
  });
  await writeRedemptions(tx, changed, now);
  return {
    ordersWritten: planned.length,
    transfers,
    refused,
  };
}

type PlanContext = {
  known: ReadonlyMap<string, OrderState>;
  programmes: ReadonlyMap<number, Programme>;
  redemptions: RedemptionLookup;
  /** Keys of customers who were deleted. */
  closed: ReadonlySet<string>;
  now: Date;
};

type LockedBatch = {
  arrivals: readonly OrderArrival[];
  balances: LockedBalance[];
  orders: OrderState[];
  epoch: number;
};

/** Merges leave no chains, so a second look finds everybody; the rest are merges that happen meanwhile. */
const looksMax = 5;

/**
 * Locks every customer whom the batch may pay, and then reads the orders; both statements go out together, and PostgreSQL
 * begins the second when it has the locks. Orders of a customer who was merged into another become the other's, and those
 * whose customer had no balance to lock until a merge made one: it looks again until nobody is left who was merged.
 */
async function lockAndRead(tx: Tx, given: readonly OrderArrival[]): Promise<LockedBatch> {
  let arrivals = given;
  const locked = new Map<string, LockedBalance>();
  for (let look = 1; look <= looksMax; look += 1) {
    const [balances, read] = await Promise.all([
      lockBalances(tx, { customers: customersOf(arrivals), orders: arrivals, codes: codesOf(arrivals) }),
      readOrders(tx, arrivals),
    ]);
    for (const balance of balances) locked.set(customerKeyOf(balance), balance);
    const mergedInto = new Map([...locked].map(([key, balance]) => [key, balance.mergedInto]));
    const redirected = arrivals.map((arrival) => redirect(arrival, mergedInto));
    if (redirected.every((arrival, index) => arrival === arrivals[index]))
      return { arrivals, balances: [...locked.values()], ...read };
    arrivals = redirected;
  }
  throw new LostRace('customers of the batch keep being merged');
}

function redirect(arrival: OrderArrival, mergedInto: ReadonlyMap<string, number | null>): OrderArrival {
  const { snapshot } = arrival.facts;
  if (snapshot?.customerId == null) return arrival;
  const customerId = mergedInto.get(customerKeyOf({ merchantId: arrival.merchantId, customerId: snapshot.customerId }));
  if (customerId == null) return arrival;
  return { ...arrival, facts: { ...arrival.facts, snapshot: { ...snapshot, customerId } } };
}

function planArrival(arrival: OrderArrival, context: PlanContext): Planned | undefined {
  const before = context.known.get(keyOf(arrival)) ?? newOrder(arrival);
  const facts = joinFacts(before.facts, arrival.facts);
  if (before.revision > 0 && isSameFacts(before.facts, facts)) return undefined;
  const programme = context.programmes.get(arrival.merchantId);
  if (!programme) throw new Error(`merchant ${arrival.merchantId} has no programme`);
  const plan = planOrder(before, facts, programme, context.now, standingOf(before, facts, context.closed));
  const redemptions = planRedemptions(plan.state, context.redemptions);
  // A second order of this batch that names the same code finds it used.
  context.redemptions.record(redemptions.changed);
  return {
    ...plan,
    trace: arrival.trace,
    entries: [...plan.entries, ...redemptions.entries],
    redemptions,
    posted: (transfer) => nameCapture(redemptions, transfer),
  };
}

function standingOf(before: OrderState, facts: OrderFacts, closed: ReadonlySet<string>): CustomerStanding {
  if (closed.size === 0) return 'open';
  const { merchantId } = before;
  const customerId = before.award ? before.customerId : (facts.snapshot?.customerId ?? null);
  return customerId !== null && closed.has(customerKeyOf({ merchantId, customerId })) ? 'closed' : 'open';
}

/** Records which transfer captured the reward, so that giving it back can name it. */
function nameCapture({ changed }: RedemptionPlan, { kind, transferId, redemptionId }: Transfer): void {
  if (kind !== 'capture') return;
  for (const redemption of changed) {
    if (redemption.redemptionId === redemptionId) redemption.captureTransferId = transferId;
  }
}

function codesOf(arrivals: readonly OrderArrival[]): { merchantId: number; code: string }[] {
  return arrivals.flatMap(({ merchantId, facts }) =>
    (facts.snapshot?.codes ?? []).map((code) => ({ merchantId, code })),
  );
}

function customersOf(arrivals: readonly OrderArrival[]): CustomerKey[] {
  const customers = new Map<string, CustomerKey>();
  for (const { merchantId, facts } of arrivals) {
    const customerId = facts.snapshot?.customerId;
    if (customerId == null) continue;
    customers.set(customerKeyOf({ merchantId, customerId }), { merchantId, customerId });
  }
  return [...customers.values()];
}

function keyOf(key: OrderKey): string {
  return `${key.merchantId}/${key.orderId}`;
}
