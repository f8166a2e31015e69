import { setTimeout } from 'node:timers/promises';
import type { Database, Tx } from '../database/database.ts';
import { isUnavailable } from '../database/database.ts';
import { publishedPayload } from '../telemetry/event-trace.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { EventConsumer } from './consumer.ts';
import type { DeliveredEvent, Position } from './outbox.ts';

/** Events per delivery: large enough to amortise a transaction, small enough to redo. */
const batchMax = 500;
/** How often a reader looks when nobody has told it that something was committed. */
const pollMs = 1_000;
/** Wait for a transaction that is older than rows already committed, and holds them back, to end. */
const horizonMs = 5;
/**
 * Pause after a delivery. What is committed meanwhile goes with the next one: under load a delivery carries dozens of events
 * instead of two or three, and costs as much.
 */
const paceMs = 25;
/** Tries before an event that fails alone is set aside. */
const attemptsMax = 3;
/** Wait after a failure before the next try. */
const backoffMs = 500;

export type RelayOptions = { source: string; database: Database; consumer: EventConsumer; logger: Logger };

/**
 * Carries one service's outbox to one consumer in this process. The position moves only after the consumer committed, so
 * a crash redelivers, and the consumer's inbox drops what it already has.
 *
 * Rows are read in the order (transaction, id), and only those of transactions older than every running one: a position
 * never passes a row that commits later.
 */
export class Relay {
  readonly #source: string;
  readonly #database: Database;
  readonly #consumer: EventConsumer;
  readonly #logger: Logger;
  #wake: (() => void) | undefined;
  #isWoken = false;
  #isStopping = false;
  #running: Promise<void> | undefined;

  constructor(options: RelayOptions) {
    this.#source = options.source;
    this.#database = options.database;
    this.#consumer = options.consumer;
    this.#logger = options.logger;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Says that something was committed: the next look is now. */
  nudge(): void {
    this.#isWoken = true;
    this.#wake?.();
  }

  /** Lets the delivery at hand end, then stops. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.nudge();
    await this.#running;
  }

  /**
   * Delivers everything that can be read now; says whether more is there that cannot be read yet, and whether somebody else
   * is delivering to the same consumer, so that nothing was read here.
   */
  async drain(): Promise<{ delivered: number; isMoreComing: boolean; isTaken: boolean }> {
    let delivered = 0;
    for (;;) {
      const { count, isMoreComing, isTaken } = await this.#deliverBatch();
      delivered += count;
      if (count < batchMax) return { delivered, isMoreComing, isTaken };
    }
  }

  /** Returns when everything that was committed before the call has been delivered, here or by somebody else. */
  async settle(): Promise<void> {
    for (;;) {
      const { isMoreComing, isTaken } = await this.drain();
      if (!isMoreComing && !isTaken) return;
      await setTimeout(horizonMs);
    }
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      this.#isWoken = false;
      let pause = pollMs;
      try {
        const { delivered, isMoreComing } = await this.drain();
        if (isMoreComing) pause = horizonMs;
        if (delivered > 0) await setTimeout(paceMs);
      } catch (error) {
        const level = isUnavailable(error) ? 'warn' : 'error';
        this.#logger[level](
          { err: error, source: this.#source, consumer: this.#consumer.name },
          'delivery failed; trying again',
        );
        pause = backoffMs;
      }
      if (!this.#isWoken && !this.#isStopping) await this.#sleep(pause);
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = globalThis.setTimeout(done, ms);
      this.#wake = done;
      function done(): void {
        clearTimeout(timer);
        resolve();
      }
    });
  }

  #deliverBatch(): Promise<Batch> {
    return this.#database.forNoMerchant(async (tx) => {
      const position = await takePosition(tx, this.#consumer.name);
      if (!position) return { count: 0, isMoreComing: false, isTaken: true };
      const { events, last, isMoreComing } = await readAfter(tx, this.#source, position);
      if (!last) return { count: 0, isMoreComing, isTaken: false };
      await this.#hand(events);
      await tx.query('update outbox_cursors set xid = $2, id = $3, moved_at = now() where consumer = $1', [
        this.#consumer.name,
        last.xid,
        last.id,
      ]);
      return { count: events.length, isMoreComing, isTaken: false };
    });
  }

  async #hand(events: readonly DeliveredEvent[]): Promise<void> {
    try {
      await this.#consumer.receive(events);
    } catch (error) {
      if (isUnavailable(error)) throw error;
      for (const event of events) await this.#handOne(event);
    }
  }

  async #handOne(event: DeliveredEvent): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#consumer.receive([event]);
        return;
      } catch (error) {
        if (isUnavailable(error)) throw error;
        if (attempt < attemptsMax) continue;
        this.#logger.error(
          { err: error, source: event.source, eventId: event.id, type: event.type },
          'event set aside',
        );
        await this.#consumer.setAside(event, error);
        return;
      }
    }
  }
}

type Batch = { count: number; isMoreComing: boolean; isTaken: boolean };

/**
 * Takes the reader's place: of several processes, one at a time delivers to a consumer. An advisory lock rather than a
 * row lock, because a row lock would give this transaction an id, and that id would hold back what other readers see.
 */
async function takePosition(tx: Tx, consumer: string): Promise<Position | undefined> {
  const [row] = await tx.query<Position & { taken: boolean }>(
    `select pg_try_advisory_xact_lock(hashtextextended(current_schema() || '/' || consumer, 0)) as taken, xid::text as xid, id
     from outbox_cursors where consumer = $1`,
    [consumer],
    'take-position',
  );
  if (row) return row.taken ? row : undefined;
  await tx.query('insert into outbox_cursors (consumer) values ($1) on conflict do nothing', [consumer]);
  return takePosition(tx, consumer);
}

type OutboxRow = Position & {
  merchant_id: number;
  key: string;
  type: string;
  payload: unknown;
  occurred_at: Date;
  is_readable: boolean;
};

/** Relies on the primary key of `outbox`, (xid, id). The order names its table: `xid` alone would be the text beside it. */
async function readAfter(
  tx: Tx,
  source: string,
  position: Position,
): Promise<{ events: DeliveredEvent[]; last: Position | undefined; isMoreComing: boolean }> {
  const rows = await tx.query<OutboxRow>(
    `select xid::text as xid, id, merchant_id, key, type, payload, occurred_at,
       xid < pg_snapshot_xmin(pg_current_snapshot()) as is_readable
     from outbox
     where (xid, id) > ($1::xid8, $2)
     order by outbox.xid, outbox.id
     limit ${batchMax}`,
    [position.xid, position.id],
    'read-outbox',
  );
  const readable = rows.filter((row) => row.is_readable);
  const events = readable.map((row) => ({
    source,
    id: row.id,
    merchantId: row.merchant_id,
    key: row.key,
    type: row.type,
    ...publishedPayload(row.payload),
    occurredAt: row.occurred_at,
  }));
  return { events, last: readable.at(-1), isMoreComing: readable.length < rows.length };
}
