import type { Tx } from '@loyalnest/platform/database/database';
import { customerKeyOf, postPlans, type PostablePlan } from '../ledger/post-plans.ts';
import { lockBalances, type CustomerKey } from '../ledger/posting.repository.ts';
import type { Transfer } from '../ledger/transfer.ts';
import { newOrder, readOrders, type OrderKey } from '../orders/order.repository.ts';
import { planOrder, type OrderState, type Programme } from '../orders/order-plan.ts';
import { isSameFacts, joinFacts, type OrderFacts } from '../orders/order-snapshot.ts';
import type { ProgrammeCache } from '../programme/programme.repository.ts';
import { planRedemptions, type RedemptionPlan } from '../redemption/order-redemptions.ts';
import {
  findRedemptionsOfOrders,
  writeRedemptions,
  type RedemptionLookup,
} from '../redemption/redemption.repository.ts';

/** Facts about one order, as one or several deliveries brought them. */
export type OrderArrival = OrderKey & { facts: OrderFacts };

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
 * `due − posted` for each, and writes everything in one statement. An order that cannot be planned is left out and named.
 * Throws `LostRace` when another transaction was faster; the batch may simply run again.
 */
export async function postOrders(arrivals: readonly OrderArrival[], context: BatchContext): Promise<BatchResult> {
  const { tx, now } = context;
  const balances = await lockBalances(tx, {
    customers: customersOf(arrivals),
    orders: arrivals,
    codes: codesOf(arrivals),
  });
  const { orders, epoch } = await readOrders(tx, arrivals);
  const merchantIds = [...new Set(arrivals.map((arrival) => arrival.merchantId))];
  const programmes = await context.programmes.load(tx, merchantIds, epoch);
  const redemptions = await findRedemptionsOfOrders(tx, [...arrivals, ...orders]);

  const refused: BatchResult['refused'] = [];
  const planned: Planned[] = [];
  const known = new Map(orders.map((order) => [keyOf(order), order]));
  for (const arrival of arrivals) {
    try {
      const plan = planArrival(arrival, { known, programmes, redemptions, now });
      if (plan) planned.push(plan);
    } catch (error) {
      refused.push({ arrival, error: error as Error });
    }
  }
  if (planned.length === 0) return { ordersWritten: 0, transfers: 0, refused };

  const { transfers } = await postPlans(tx, planned, { balances, now, nextTransferId: context.nextTransferId });
  await writeRedemptions(
    tx,
    planned.flatMap((plan) => plan.redemptions.changed),
    now,
  );
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
  now: Date;
};

function planArrival(arrival: OrderArrival, context: PlanContext): Planned | undefined {
  const before = context.known.get(keyOf(arrival)) ?? newOrder(arrival);
  const facts = joinFacts(before.facts, arrival.facts);
  if (before.revision > 0 && isSameFacts(before.facts, facts)) return undefined;
  const programme = context.programmes.get(arrival.merchantId);
  if (!programme) throw new Error(`merchant ${arrival.merchantId} has no programme`);
  const plan = planOrder(before, facts, programme, context.now);
  const redemptions = planRedemptions(plan.state, context.redemptions);
  // A second order of this batch that names the same code finds it used.
  context.redemptions.record(redemptions.changed);
  return {
    ...plan,
    entries: [...plan.entries, ...redemptions.entries],
    redemptions,
    posted: (transfer) => nameCapture(redemptions, transfer),
  };
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
