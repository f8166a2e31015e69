import { Database, type Tx } from '@loyalnest/platform/database/database';
import { Injectable } from '@nestjs/common';
import type { Entry } from '../ledger/book.ts';
import { Ledger } from '../ledger/ledger.service.ts';
import { LostRace } from '../ledger/lost-race.ts';
import { postPlans } from '../ledger/post-plans.ts';
import {
  ensureBalances,
  findLots,
  lockBalances,
  writePostings,
  type CustomerKey,
} from '../ledger/posting.repository.ts';
import { transferEvent } from '../ledger/transfer-events.ts';
import { TransferIds } from '../ledger/transfer-ids.ts';
import type { Balance, Lot } from '../ledger/transfer.ts';
import { readOrders } from '../orders/order.repository.ts';
import { planDeparture } from '../orders/order-plan.ts';
import {
  balanceRevision,
  findPendingOrders,
  handOver,
  markClosed,
  markMerged,
  standingCustomer,
  type CustomerPair,
} from './customer.repository.ts';
import { planMerge } from './merge-plan.ts';

/** Six transfers: out and in, for each of three accounts. */
const transfersOfMerge = 6;
/** Orders voided in one statement. */
const ordersMax = 128;

/**
 * What happens to the points of customers who go. Each method may run again, and then moves or takes back what came in
 * since. docs/decisions says why it is done this way.
 */
@Injectable()
export class Departures {
  readonly #ids: TransferIds;

  constructor(
    database: Database,
    private readonly ledger: Ledger,
  ) {
    this.#ids = new TransferIds(database);
  }

  /** Gives everything of one customer to another: points and debts with their dates, orders and rewards. */
  async merge(tx: Tx, { merchantId, from, to: named }: CustomerPair, now: Date): Promise<void> {
    const to = await standingCustomer(tx, { merchantId, customerId: named });
    if (from === to) return;
    const pair = { merchantId, from, to };
    const customers = [from, to].map((customerId) => ({ merchantId, customerId }));
    await ensureBalances(tx, customers);
    const balances = new Map((await lockBalances(tx, { customers })).map((row) => [row.customerId, row]));
    if (balances.get(to)?.mergedInto != null) throw new LostRace('the customer who stays was merged meanwhile');
    const lots = Map.groupBy(await findLots(tx, customers), (lot) => lot.customerId);
    const posting = planMerge({
      merchantId,
      from: { customerId: from, balance: balanceOf(balances.get(from)), lots: (lots.get(from) ?? []).map(lotOf) },
      to: { customerId: to, balance: balanceOf(balances.get(to)), lots: (lots.get(to) ?? []).map(lotOf) },
      round: await balanceRevision(tx, { merchantId, customerId: from }),
      nextTransferId: await this.#ids.block(transfersOfMerge, tx),
    });

    await handOver(tx, pair);
    await markMerged(tx, pair, now);
    if (posting.transfers.length === 0) return;
    const after = new Map(
      posting.balanceChanges.map((change) => [
        change.customerId,
        sum(balanceOf(balances.get(change.customerId)), change),
      ]),
    );
    await writePostings(tx, {
      now,
      orders: [],
      postings: [{ merchantId, ...posting }],
      events: posting.transfers.map((transfer) => transferEvent(transfer, balanceOf(after.get(transfer.customerId)))),
      hasBalance: () => true,
    });
  }

  /** Takes back what a deleted customer has, and writes off what they owe. What is held for a reward stays held. */
  async close(tx: Tx, customer: CustomerKey, now: Date): Promise<void> {
    const { merchantId, customerId } = customer;
    await ensureBalances(tx, [customer]);
    const [before] = await lockBalances(tx, { customers: [customer] });
    // Shopify deletes the customer whom it merged; what is left of them belongs to the other.
    if (before?.mergedInto != null) return;
    await markClosed(tx, customer, now);
    await this.voidPending(tx, customer, now);

    const [balance] = await lockBalances(tx, { customers: [customer] });
    if (!balance || balance.available === 0) return;
    const round = await balanceRevision(tx, customer);
    await this.ledger.post(tx, merchantId, [closing({ customerId, available: balance.available, round, now })], now);
  }

  private async voidPending(tx: Tx, customer: CustomerKey, now: Date): Promise<void> {
    const pending = await findPendingOrders(tx, customer);
    for (let start = 0; start < pending.length; start += ordersMax) {
      const keys = pending.slice(start, start + ordersMax);
      const balances = await lockBalances(tx, { customers: [customer], orders: keys });
      const { orders } = await readOrders(tx, keys);
      const plans = orders.map(planDeparture).filter(({ entries }) => entries.length > 0);
      if (plans.length === 0) continue;
      await postPlans(tx, plans, { balances, now, nextTransferId: await this.#ids.block(plans.length, tx) });
    }
  }
}

function closing(of: { customerId: number; available: number; round: number; now: Date }): Entry {
  const { customerId, available, round, now } = of;
  const common = {
    customerId,
    points: Math.abs(available),
    businessKey: `close/${customerId}/${round}`,
    reason: 'The customer was deleted',
    actor: 'shopify',
  };
  if (available > 0) return { ...common, kind: 'clawback', policy: 'floor' };
  return { ...common, kind: 'adjust', direction: 'credit', earnedAt: now, expiresAt: null };
}

function balanceOf(row: Balance | undefined): Balance {
  return { pending: row?.pending ?? 0, available: row?.available ?? 0, held: row?.held ?? 0 };
}

function lotOf({ lotId, points, remaining, earnedAt, expiresAt }: Lot): Lot {
  return { lotId, points, remaining, earnedAt, expiresAt };
}

function sum(a: Balance, b: Balance): Balance {
  return { pending: a.pending + b.pending, available: a.available + b.available, held: a.held + b.held };
}
