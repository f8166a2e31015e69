import type { Tx } from '@loyalnest/platform/database/database';
import type { NewEvent } from '@loyalnest/platform/events/outbox';
import { Book, touchesLots, type Entry } from '../ledger/book.ts';
import {
  findLots,
  lockBalances,
  writePostings,
  type CustomerBalance,
  type CustomerKey,
} from '../ledger/posting.repository.ts';
import { transferEvent } from '../ledger/transfer-events.ts';
import type { Lot, Transfer } from '../ledger/transfer.ts';
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

type Planned = { state: OrderState; entries: Entry[]; redemptions: RedemptionPlan };

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

  const lots = await lotsFor(tx, planned);
  const { books, events } = postEntries(planned, { balances, lots, now, nextTransferId: context.nextTransferId });
  const balanceKeys = new Set(balances.map(customerKeyOf));
  const postings = [...books].map(([merchantId, book]) => ({ merchantId, ...book.posting() }));
  await writePostings(tx, {
    now,
    orders: planned.map((plan) => plan.state),
    postings,
    events,
    hasBalance: (customer) => balanceKeys.has(customerKeyOf(customer)),
  });
  await writeRedemptions(
    tx,
    planned.flatMap((plan) => plan.redemptions.changed),
    now,
  );
  return {
    ordersWritten: planned.length,
    transfers: postings.reduce((sum, posting) => sum + posting.transfers.length, 0),
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
  return { ...plan, entries: [...plan.entries, ...redemptions.entries], redemptions };
}

async function lotsFor(tx: Tx, planned: readonly Planned[]): Promise<(Lot & CustomerKey)[]> {
  const customers = new Map<string, CustomerKey>();
  const named: (CustomerKey & { lotId: number })[] = [];
  for (const { state, entries } of planned) {
    for (const entry of entries.filter(touchesLots)) {
      const customer = { merchantId: state.merchantId, customerId: entry.customerId };
      customers.set(customerKeyOf(customer), customer);
      if ('shares' in entry) named.push(...entry.shares.map(([lotId]) => ({ ...customer, lotId })));
    }
  }
  return findLots(tx, [...customers.values()], named);
}

type PostContext = {
  balances: readonly CustomerBalance[];
  lots: readonly (Lot & CustomerKey)[];
  now: Date;
  nextTransferId: () => number;
};

function postEntries(
  planned: readonly Planned[],
  context: PostContext,
): { books: Map<number, Book>; events: NewEvent[] } {
  const books = new Map<number, Book>();
  const balances = new Map(context.balances.map((balance) => [customerKeyOf(balance), balance]));
  const lots = Map.groupBy(context.lots, customerKeyOf);
  const opened = new Set<string>();
  const events: NewEvent[] = [];
  for (const plan of planned) {
    const { state, entries } = plan;
    let book = books.get(state.merchantId);
    if (!book) {
      book = new Book({ merchantId: state.merchantId, now: context.now, nextTransferId: context.nextTransferId });
      books.set(state.merchantId, book);
    }
    for (const entry of entries) {
      const key = customerKeyOf({ merchantId: state.merchantId, customerId: entry.customerId });
      if (!opened.has(key)) {
        opened.add(key);
        const { pending, available, held } = balances.get(key) ?? { pending: 0, available: 0, held: 0 };
        book.open(entry.customerId, { pending, available, held }, lots.get(key));
      }
      const posted = book.post(entry);
      if (posted.outcome !== 'posted') throw new Error(`${entry.kind} of order ${state.orderId} could not be posted`);
      nameTransfer(plan, posted.transfer);
      events.push(transferEvent(posted.transfer, book.balance(entry.customerId)));
    }
  }
  return { books, events };
}

/** Records which transfer made the award or captured the reward, so that a later correction can name it. */
function nameTransfer(plan: Planned, { kind, transferId, redemptionId }: Transfer): void {
  if (kind === 'earn' && plan.state.award) plan.state.award.transferId ??= transferId;
  if (kind !== 'capture') return;
  for (const redemption of plan.redemptions.changed) {
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
    customers.set(`${merchantId}/${customerId}`, { merchantId, customerId });
  }
  return [...customers.values()];
}

function keyOf(key: OrderKey): string {
  return `${key.merchantId}/${key.orderId}`;
}

function customerKeyOf(key: CustomerKey): string {
  return `${key.merchantId}/${key.customerId}`;
}
