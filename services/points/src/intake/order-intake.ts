import { Clock } from '@loyalnest/platform/clock';
import { Database, isOverdue, overloaded } from '@loyalnest/platform/database/database';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import { toAppError } from '@loyalnest/platform/http/problem.filter';
import { currentTrace, inBatchSpan } from '@loyalnest/platform/telemetry/tracing';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { isKeyTaken, isLostRace } from '../ledger/lost-race.ts';
import { TransferIds } from '../ledger/transfer-ids.ts';
import { joinFacts } from '../orders/order-snapshot.ts';
import { ProgrammeCache } from '../programme/programme.repository.ts';
import { countBatch, countWait } from './intake-metrics.ts';
import { postOrders, type OrderArrival } from './order-batch.ts';

/** Orders posted in one transaction. Past this a batch gains little and holds its locks for long. */
export const batchMax = 128;
/** Batches under way at once: one computes while PostgreSQL works for another and its disk for a third. */
const batchesMax = 3;
/**
 * Orders that have to wait before another batch begins beside one. With fewer, the batch under way is over before another would
 * gain anything, and one batch of ten costs half of what two of five cost.
 */
const besideMin = 32;
/** Orders that may wait; more and Shopify is asked to come back, which it does. */
const waitingMax = 4_096;
/** Shopify hangs up after 5 s; before that we say so ourselves. */
const waitMaxMs = 4_500;
/**
 * How long a batch waits for a customer whom somebody else holds: more than PostgreSQL takes to find a deadlock (1 s), and so
 * short that the orders beside it can still be posted before Shopify hangs up.
 */
const lockMaxMs = 1_500;
/** Tries of a batch that lost a race. */
const attemptsMax = 5;
/** Transfers one order can need: earn or void and clawback, and those of a redemption. */
const transfersPerOrder = 6;

type Waiting = { arrival: OrderArrival; arrivedAtMs: number; resolve: () => void; reject: (error: Error) => void };

/** An order that cannot be posted whatever the circumstances; it is kept for a person to look at. */
export class PoisonOrder extends Error {
  override readonly name = 'PoisonOrder';
}

/**
 * Posts orders as they arrive, several in one transaction when several wait. `submit` resolves after the commit. Nothing
 * waits for company: a lone order is a batch of one.
 */
@Injectable()
export class OrderIntake implements OnApplicationShutdown {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #signal: OutboxSignal;
  readonly #programmes = new ProgrammeCache();
  readonly #transferIds: TransferIds;
  readonly #queue: OrderQueue;
  readonly #sweeper: NodeJS.Timeout;

  constructor(database: Database, clock: Clock, signal: OutboxSignal) {
    this.#database = database;
    this.#clock = clock;
    this.#signal = signal;
    this.#transferIds = new TransferIds(database);
    this.#queue = new OrderQueue((batch) => this.#process(batch));
    this.#sweeper = setInterval(() => this.#queue.giveUpOnLate(), 250).unref();
  }

  /**
   * Throws `AppError` 503 when PostgreSQL is away or takes too long, or too much waits; `PoisonOrder` when the order cannot be
   * posted.
   */
  submit(arrival: OrderArrival): Promise<void> {
    if (this.waiting >= waitingMax) return Promise.reject(overloaded());
    const trace = currentTrace();
    return new Promise((resolve, reject) =>
      this.#queue.add({
        arrival: trace === undefined ? arrival : { ...arrival, trace },
        arrivedAtMs: performance.now(),
        resolve,
        reject,
      }),
    );
  }

  get waiting(): number {
    return this.#queue.waiting;
  }

  onApplicationShutdown(): void {
    clearInterval(this.#sweeper);
  }

  async #process(batch: readonly Waiting[]): Promise<void> {
    try {
      const refused = await inBatchSpan(
        { name: 'commit orders', kind: 'internal', attributes: { orders: batch.length } },
        () => batch.map(({ arrival }) => arrival.trace),
        () => this.#post(joinArrivals(batch)),
      );
      const nowMs = performance.now();
      for (const waiting of batch) {
        countWait(nowMs - waiting.arrivedAtMs);
        const error = refused.get(keyOf(waiting.arrival));
        if (error) waiting.reject(new PoisonOrder(error.message, { cause: error }));
        else waiting.resolve();
      }
    } catch (error) {
      const answer = toAppError(error);
      const isPassing = answer.status === 503;
      // One slow or bad order must not fail its neighbours: alone, each shows whether it is the one.
      if (batch.length > 1 && (!isPassing || isOverdue(error))) return this.#processEach(batch);
      rejectAll(batch, isPassing ? answer : new PoisonOrder((error as Error).message, { cause: error }));
    }
  }

  /** Those whose turn comes too late are left to their next delivery, so that a slow batch does not shut the door. */
  async #processEach(batch: readonly Waiting[]): Promise<void> {
    for (const waiting of batch) {
      if (isLate(waiting)) waiting.reject(overloaded());
      else await this.#process([waiting]);
    }
  }

  async #post(arrivals: readonly OrderArrival[]): Promise<Map<string, Error>> {
    const merchantIds = [...new Set(arrivals.map((arrival) => arrival.merchantId))];
    for (let attempt = 1; ; attempt += 1) {
      try {
        const nextTransferId = await this.#transferIds.block(arrivals.length * transfersPerOrder);
        const { refused } = await this.#database.forLookUps(
          merchantIds,
          (tx) => postOrders(arrivals, { tx, now: this.#clock.now(), programmes: this.#programmes, nextTransferId }),
          { lockMaxMs },
        );
        countBatch(arrivals.length - refused.length);
        this.#signal.committed();
        return new Map(refused.map(({ arrival, error }) => [keyOf(arrival), error]));
      } catch (error) {
        if (isLostRace(error) && attempt < attemptsMax) continue;
        throw isLostRace(error) && !isKeyTaken(error) ? overloaded(error) : error;
      }
    }
  }
}

/** Orders that wait, and the batches made of them: oldest first, and never two batches with the same customer at once. */
class OrderQueue {
  readonly #process: (batch: readonly Waiting[]) => Promise<void>;
  readonly #underWay = new Set<string>();
  #queue: Waiting[] = [];
  #batches = 0;
  #isWoken = false;

  constructor(process: (batch: readonly Waiting[]) => Promise<void>) {
    this.#process = process;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  add(waiting: Waiting): void {
    this.#queue.push(waiting);
    if (this.#isWoken) return;
    this.#isWoken = true;
    // Everything that arrives in this turn of the event loop may join the same batch.
    setImmediate(() => {
      this.#isWoken = false;
      this.#begin();
    });
  }

  /** Answers those who have waited for too long that they should come back. */
  giveUpOnLate(): void {
    const onTime = this.#queue.findIndex((waiting) => !isLate(waiting));
    rejectAll(this.#queue.splice(0, onTime === -1 ? this.#queue.length : onTime), overloaded());
  }

  #begin(): void {
    while (this.#batches < batchesMax && this.#queue.length >= (this.#batches === 0 ? 1 : besideMin)) {
      const batch = this.#take();
      if (batch.length === 0) return;
      void this.#run(batch);
    }
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    const customers = new Set(batch.map(({ arrival }) => customerOf(arrival)));
    for (const customer of customers) this.#underWay.add(customer);
    this.#batches += 1;
    await this.#process(batch);
    this.#batches -= 1;
    for (const customer of customers) this.#underWay.delete(customer);
    this.#begin();
  }

  /** The oldest whose customers are free; a second batch would only wait for the locks of the first. */
  #take(): Waiting[] {
    if (this.#underWay.size === 0) return this.#queue.splice(0, batchMax);
    const batch: Waiting[] = [];
    const rest: Waiting[] = [];
    for (const waiting of this.#queue) {
      const isFree = batch.length < batchMax && !this.#underWay.has(customerOf(waiting.arrival));
      (isFree ? batch : rest).push(waiting);
    }
    this.#queue = rest;
    return batch;
  }
}

/** Deliveries about the same order become one arrival; facts may be joined in any order. */
function joinArrivals(batch: readonly Waiting[]): OrderArrival[] {
  const byOrder = new Map<string, OrderArrival>();
  for (const { arrival } of batch) {
    const key = keyOf(arrival);
    const other = byOrder.get(key);
    byOrder.set(key, other ? { ...arrival, facts: joinFacts(other.facts, arrival.facts) } : arrival);
  }
  return [...byOrder.values()];
}

/** Whose balance the order locks; what names no customer stands for itself. */
function customerOf({ merchantId, orderId, facts }: OrderArrival): string {
  return `${merchantId}/${facts.snapshot?.customerId ?? `order/${orderId}`}`;
}

function keyOf({ merchantId, orderId }: OrderArrival): string {
  return `${merchantId}/${orderId}`;
}

function isLate({ arrivedAtMs }: Waiting): boolean {
  return performance.now() - arrivedAtMs > waitMaxMs;
}

function rejectAll(batch: readonly Waiting[], error: Error): void {
  for (const waiting of batch) waiting.reject(error);
}
