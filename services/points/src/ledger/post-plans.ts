import type { Tx } from '@loyalnest/platform/database/database';
import type { NewEvent } from '@loyalnest/platform/events/outbox';
import type { OrderPlan } from '../orders/order-plan.ts';
import { Book, touchesLots } from './book.ts';
import { findLots, writePostings, type CustomerBalance, type CustomerKey, type Ending } from './posting.repository.ts';
import { transferEvent } from './transfer-events.ts';
import type { Lot, Transfer } from './transfer.ts';

/** What is to be posted for an order, and who wants to hear of each transfer before it is written. */
export type PostablePlan = OrderPlan & {
  posted?: (transfer: Transfer) => void;
  /** `traceparent` of what brought the order's news, which its events are a part of. */
  trace?: string | undefined;
};

export type PostContext = {
  /** The locked balances of every customer that the entries name, as far as they have one. */
  balances: readonly CustomerBalance[];
  now: Date;
  nextTransferId: () => number;
  ending?: Ending;
};

/**
 * Posts the plans of orders, of any merchants, and writes orders, transfers, lots, balances and events in one statement.
 * Throws `LostRace` when another transaction was faster.
 */
export async function postPlans(
  tx: Tx,
  plans: readonly PostablePlan[],
  context: PostContext,
): Promise<{ transfers: number }> {
  const lots = await lotsFor(tx, plans);
  const { books, events } = postEntries(plans, { ...context, lots });
  const balanceKeys = new Set(context.balances.map(customerKeyOf));
  const postings = [...books].map(([merchantId, book]) => ({ merchantId, ...book.posting() }));
  await writePostings(
    tx,
    {
      now: context.now,
      orders: plans.map((plan) => plan.state),
      postings,
      events,
      hasBalance: (customer) => balanceKeys.has(customerKeyOf(customer)),
    },
    context.ending,
  );
  return { transfers: postings.reduce((sum, posting) => sum + posting.transfers.length, 0) };
}

async function lotsFor(tx: Tx, plans: readonly PostablePlan[]): Promise<(Lot & CustomerKey)[]> {
  const customers = new Map<string, CustomerKey>();
  const named: (CustomerKey & { lotId: number })[] = [];
  for (const { state, entries } of plans) {
    for (const entry of entries.filter(touchesLots)) {
      const customer = { merchantId: state.merchantId, customerId: entry.customerId };
      customers.set(customerKeyOf(customer), customer);
      if ('shares' in entry) named.push(...entry.shares.map(([lotId]) => ({ ...customer, lotId })));
    }
  }
  return findLots(tx, [...customers.values()], named);
}

function postEntries(
  plans: readonly PostablePlan[],
  context: PostContext & { lots: readonly (Lot & CustomerKey)[] },
): { books: Map<number, Book>; events: NewEvent[] } {
  const books = new Map<number, Book>();
  const balances = new Map(context.balances.map((balance) => [customerKeyOf(balance), balance]));
  const lots = Map.groupBy(context.lots, customerKeyOf);
  const opened = new Set<string>();
  const events: NewEvent[] = [];
  for (const plan of plans) {
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
      const event = transferEvent(posted.transfer, book.balance(entry.customerId));
      events.push(plan.trace === undefined ? event : { ...event, trace: plan.trace });
    }
  }
  return { books, events };
}

/** Records which transfer made the award, so that a later correction can name it. */
function nameTransfer(plan: PostablePlan, transfer: Transfer): void {
  if (transfer.kind === 'earn' && plan.state.award) plan.state.award.transferId ??= transfer.transferId;
  plan.posted?.(transfer);
}

export function customerKeyOf(key: CustomerKey): string {
  return `${key.merchantId}/${key.customerId}`;
}
