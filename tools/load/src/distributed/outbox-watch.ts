import { setTimeout as sleep } from 'node:timers/promises';
import { pointsEarned } from '@loyalnest/contracts/events';
import { brokerReader } from '@loyalnest/platform/events/cursor';
import pg from 'pg';
import { waitUntilDelivered } from '../bed/outbox.ts';
import { percentile } from '../figures/statistics.ts';

const pollMs = 10;
const timeoutMs = 120_000;

/** What became of the events that points published from a moment on. */
export type Handled = {
  events: number;
  /** Without a row in the inbox of the last consumer, or in its record. */
  missing: number;
  /** Recorded before an event of the same customer that was published earlier. */
  disordered: number;
  /** From the commit of the order's transaction to the commit of the consumer's. */
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
};

/** Looks at the outbox of points and at what event-tracking, who hears it last, has recorded. Changes nothing but locks. */
export class OutboxWatch {
  readonly #ownerUrl: string;
  readonly #client: pg.Client;

  private constructor(ownerUrl: string, client: pg.Client) {
    this.#ownerUrl = ownerUrl;
    this.#client = client;
  }

  static async open(ownerUrl: string): Promise<OutboxWatch> {
    const client = new pg.Client({ connectionString: ownerUrl });
    await client.connect();
    return new OutboxWatch(ownerUrl, client);
  }

  close(): Promise<void> {
    return this.#client.end();
  }

  /** The highest number of an event so far: later ones have higher numbers while nothing is being published. */
  async lastId(): Promise<number> {
    return this.#number('select coalesce(max(id), 0) from points.outbox');
  }

  /** Events of every kind. */
  async published(): Promise<number> {
    return this.#number('select count(*) from points.outbox');
  }

  /** Waits until every reader of the outbox is at its end and event-tracking has handled everything. */
  async waitUntilHandled(): Promise<void> {
    await waitUntilDelivered(this.#ownerUrl);
    await this.#until(async () => (await this.#unhandled()) === 0, 'events are still on their way');
  }

  /** Keeps the relay to Kafka from delivering, as another process does that is delivering itself. */
  async holdRelay(): Promise<void> {
    await this.#client.query('select pg_advisory_lock(hashtextextended($1, 0))', [`points/${brokerReader}`]);
  }

  /** Lets the relay go on and times how long it takes to the end of the outbox. Nothing is published meanwhile. */
  async drain(): Promise<{ events: number; ms: number }> {
    const events = await this.#number(
      `select count(*) from points.outbox, points.outbox_cursors as cursor
       where cursor.consumer = $1 and (outbox.xid, outbox.id) > (cursor.xid, cursor.id)`,
      [brokerReader],
    );
    const {
      rows: [last],
    } = await this.#client.query<{ xid: string; id: string }>(
      'select outbox.xid::text as xid, id from points.outbox order by outbox.xid desc, id desc limit 1',
    );
    const startMs = performance.now();
    await this.#client.query('select pg_advisory_unlock(hashtextextended($1, 0))', [`points/${brokerReader}`]);
    await this.#until(async () => {
      const passed = await this.#number(
        'select count(*) from points.outbox_cursors where consumer = $1 and (xid, id) >= ($2::xid8, $3)',
        [brokerReader, last?.xid, last?.id],
      );
      return passed === 1;
    }, 'the relay is still behind');
    return { events, ms: performance.now() - startMs };
  }

  /** Relies on `track_commit_timestamp`. A customer's events are recorded in the order (transaction, position). */
  async handledAfter(id: number): Promise<Handled> {
    const { rows } = await this.#client.query<{
      ms: number | null;
      is_recorded: boolean;
      is_disordered: boolean | null;
    }>(
      `with published as (
         select outbox.xid, outbox.id, merchant_id, key, (${eventIdSql}) as event_id
         from points.outbox where id > $1 and type = $2
       )
       select
         (extract(epoch from pg_xact_commit_timestamp(inbox.xmin) - pg_xact_commit_timestamp(published.xid::xid)) * 1000)::float8 as ms,
         recorded.event_id is not null as is_recorded,
         (recorded.xid, recorded.position) < lag((recorded.xid, recorded.position))
           over (partition by published.merchant_id, key order by published.xid, published.id) as is_disordered
       from published
       left join event_tracking.inbox on inbox.source = 'points' and inbox.id = published.id
       left join event_tracking.events as recorded on recorded.merchant_id = published.merchant_id and recorded.event_id = published.event_id`,
      [id, pointsEarned.name],
    );
    const sortedMs = rows.flatMap(({ ms }) => (ms === null ? [] : [ms])).sort((a, b) => a - b);
    return {
      events: rows.length,
      missing: rows.filter(({ ms, is_recorded }) => ms === null || !is_recorded).length,
      disordered: rows.filter(({ is_disordered }) => is_disordered === true).length,
      p50Ms: percentile(sortedMs, 0.5),
      p99Ms: percentile(sortedMs, 0.99),
      maxMs: percentile(sortedMs, 1),
    };
  }

  async #unhandled(): Promise<number> {
    return this.#number(
      `select (select count(*) from points.outbox where type = $1)
         - (select count(*) from event_tracking.inbox where source = 'points')`,
      [pointsEarned.name],
    );
  }

  async #number(sql: string, values: unknown[] = []): Promise<number> {
    const { rows } = await this.#client.query<[string]>({ text: sql, values, rowMode: 'array' });
    return Number(rows[0]?.[0]);
  }

  async #until(isDone: () => Promise<boolean>, otherwise: string): Promise<void> {
    const deadlineMs = performance.now() + timeoutMs;
    while (!(await isDone())) {
      if (performance.now() > deadlineMs) throw new Error(`${otherwise} after ${timeoutMs / 1_000} s`);
      await sleep(pollMs);
    }
  }
}

/** Under which id event-tracking records an event: said anew here, so that both have to agree. */
const hashSql = `substr(sha256(convert_to('points/' || outbox.id, 'UTF8')), 1, 16)`;
const eventIdSql = `encode(set_byte(set_byte(${hashSql},
  6, (get_byte(${hashSql}, 6) & 15) | 128), 8, (get_byte(${hashSql}, 8) & 63) | 128), 'hex')::uuid`;
