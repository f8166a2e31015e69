import { setTimeout } from 'node:timers/promises';
import type { Database, Tx } from '../database/database.ts';
import { isUnavailable } from '../database/database.ts';
import { publishedPayload } from '../telemetry/event-trace.ts';
import type { Logger } from '../telemetry/logger.ts';
import { takePosition } from './cursor.ts';
import type { DeliveredEvent, Position } from './outbox.ts';

/** How often a reader looks when nobody has told it that something was committed. */
const pollMs = 1_000;
/** Wait for another process to end its delivery, which may have been read before what was committed here. */
const takenMs = 50;
/** Wait for a transaction that is older than rows already committed, and holds them back, to end. */
const horizonMs = 5;
/**
 * Pause after a delivery. What is committed meanwhile goes with the next one: under load a delivery carries dozens of events
 * instead of two or three, and costs as much.
 */
const paceMs = 25;
/** Wait after a failure before the next try. */
const backoffMs = 500;

/** Where a relay carries events: a consumer in this process, or a broker. */
export type Destination = {
  /** Of its position in the outbox. */
  name: string;
  /** Events per delivery. */
  batchMax: number;
  /** Throws `DestinationAway` while it takes nothing, so that no transaction stays open for it. */
  ready?(): Promise<void>;
  /** Returns when the events cannot get lost there. */
  take(events: readonly DeliveredEvent[]): Promise<void>;
};

/** The destination takes nothing at the moment. */
export class DestinationAway extends Error {
  override readonly name = 'DestinationAway';
}

export type RelayOptions = { source: string; database: Database; destination: Destination; logger: Logger };

/**
 * Carries one service's outbox to one destination. The position moves only after the destination has the events, so a
 * crash redelivers, and the consumer's inbox drops what it already has.
 *
 * Rows are read in the order (transaction, id), and only those of transactions older than every running one: a position
 * never passes a row that commits later.
 */
export class Relay {
  readonly #source: string;
  readonly #database: Database;
  readonly #destination: Destination;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  #wake: (() => void) | undefined;
  #isWoken = false;
  #running: Promise<void> | undefined;

  constructor(options: RelayOptions) {
    this.#source = options.source;
    this.#database = options.database;
    this.#destination = options.destination;
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
    this.#stopping.abort();
    this.nudge();
    await this.#running;
  }

  /**
   * Delivers everything that can be read now; says whether more is there that cannot be read yet, and whether somebody else
   * is delivering to the same destination, so that nothing was read here.
   */
  async drain(): Promise<{ delivered: number; isMoreComing: boolean; isTaken: boolean }> {
    await this.#destination.ready?.();
    let delivered = 0;
    for (;;) {
      const { count, isMoreComing, isTaken } = await this.#deliverBatch();
      delivered += count;
      if (count < this.#destination.batchMax) return { delivered, isMoreComing, isTaken };
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
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#isWoken = false;
      let pause = pollMs;
      try {
        const { delivered, isMoreComing, isTaken } = await this.drain();
        if (isMoreComing) pause = horizonMs;
        if (isTaken) pause = takenMs;
        if (delivered > 0) await setTimeout(paceMs);
      } catch (error) {
        const level = isUnavailable(error) || error instanceof DestinationAway ? 'warn' : 'error';
        this.#logger[level](
          { err: error, source: this.#source, consumer: this.#destination.name },
          'delivery failed; trying again',
        );
        // Whatever is committed meanwhile does not make it work any sooner.
        await setTimeout(backoffMs, undefined, { signal }).catch(() => undefined);
        continue;
      }
      if (!this.#isWoken && !signal.aborted) await this.#sleep(pause);
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
    const { name, batchMax } = this.#destination;
    return this.#database.forNoMerchant(async (tx) => {
      const position = await takePosition(tx, name);
      if (!position) return { count: 0, isMoreComing: false, isTaken: true };
      const { events, last, isMoreComing } = await readAfter(tx, { source: this.#source, position, batchMax });
      if (!last) return { count: 0, isMoreComing, isTaken: false };
      await this.#destination.take(events);
      await tx.query('update outbox_cursors set xid = $2, id = $3, moved_at = now() where consumer = $1', [
        name,
        last.xid,
        last.id,
      ]);
      return { count: events.length, isMoreComing, isTaken: false };
    });
  }
}

type Batch = { count: number; isMoreComing: boolean; isTaken: boolean };

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
  { source, position, batchMax }: { source: string; position: Position; batchMax: number },
): Promise<{ events: DeliveredEvent[]; last: Position | undefined; isMoreComing: boolean }> {
  const rows = await tx.query<OutboxRow>(
    `select xid::text as xid, id, merchant_id, key, type, payload, occurred_at,
       xid < pg_snapshot_xmin(pg_current_snapshot()) as is_readable
     from outbox
     where (xid, id) > ($1::xid8, $2)
     order by outbox.xid, outbox.id
     limit ${batchMax}`,
    [position.xid, position.id],
    `read-outbox-${batchMax}`,
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
