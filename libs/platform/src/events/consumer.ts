import type { Database, Tx } from '../database/database.ts';
import { numberArray, textArray } from '../database/arrays.ts';
import { countHandled, countSetAside, inDelivery } from '../telemetry/deliveries.ts';
import type { DeliveredEvent } from './outbox.ts';

/**
 * Handles events of the named types in one transaction with the inbox entry. Events come in order per key; the handler
 * may be called again after a failure, and then with the same events.
 */
export type EventHandler = {
  types: readonly string[];
  handle(tx: Tx, events: readonly DeliveredEvent[]): Promise<void>;
};

export type ConsumerOptions = {
  /** Name of the consuming service. */
  name: string;
  database: Database;
  handlers: readonly EventHandler[];
};

/**
 * The receiving end of a service: records each event in the service's inbox, where duplicates die, and hands the new ones
 * to their handlers in the same transaction.
 */
export class EventConsumer {
  readonly name: string;
  readonly #database: Database;
  readonly #handlers: readonly EventHandler[];
  readonly types: ReadonlySet<string>;

  constructor(options: ConsumerOptions) {
    this.name = options.name;
    this.#database = options.database;
    this.#handlers = options.handlers;
    this.types = new Set(options.handlers.flatMap((handler) => handler.types));
  }

  /** Takes a batch whole or not at all. */
  async receive(events: readonly DeliveredEvent[]): Promise<void> {
    const wanted = events.filter((event) => this.types.has(event.type));
    if (wanted.length === 0) return;
    const merchants = [...new Set(wanted.map((event) => event.merchantId))].sort((a, b) => a - b);
    const handle = () =>
      this.#database.forMerchants(merchants, async (tx) => {
        const fresh = await recordNew(tx, wanted);
        for (const handler of this.#handlers) {
          const own = fresh.filter((event) => handler.types.includes(event.type));
          if (own.length > 0) await handler.handle(tx, own);
        }
        return fresh;
      });
    countHandled(this.name, await inDelivery(this.name, wanted, handle));
  }

  /** Keeps an event that cannot be handled, so that those behind it go on; a person or a retry takes it from there. */
  async setAside(event: DeliveredEvent, error: unknown): Promise<void> {
    await this.#database.forMerchant(event.merchantId, async (tx) => {
      await tx.query(
        `insert into inbox_failures (source, id, type, event, error) values ($1, $2, $3, $4, $5)
         on conflict (source, id) do update set error = excluded.error, failed_at = now()`,
        [
          event.source,
          event.id,
          event.type,
          JSON.stringify(event),
          error instanceof Error ? error.message : String(error),
        ],
      );
    });
    countSetAside(this.name, event);
  }
}

async function recordNew(tx: Tx, events: readonly DeliveredEvent[]): Promise<DeliveredEvent[]> {
  const rows = await tx.query<{ source: string; id: number }>(
    `insert into inbox (source, id) select * from unnest($1::text[], $2::bigint[]) order by 1, 2
     on conflict do nothing returning source, id`,
    [textArray(events.map((event) => event.source)), numberArray(events.map((event) => event.id))],
    'record-inbox',
  );
  const fresh = new Set(rows.map((row) => `${row.source}/${row.id}`));
  return events.filter((event) => fresh.delete(`${event.source}/${event.id}`));
}
