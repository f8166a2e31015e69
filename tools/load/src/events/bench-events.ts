import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { root } from '@loyalnest/dev/instance';
import type { Progress } from '@loyalnest/dev/progress';
import { Database } from '@loyalnest/platform/database/database';
import { startEmbeddedPostgres } from '@loyalnest/platform/database/embedded';
import { migrate } from '@loyalnest/platform/database/migrate';
import { createPool } from '@loyalnest/platform/database/pool';
import { serviceDatabaseUrl } from '@loyalnest/platform/database/roles';
import { publish } from '@loyalnest/platform/events/publish';
import { startKafkaBroker } from '@loyalnest/platform/local-servers/kafka-broker';
import { freePort } from '@loyalnest/platform/testing/ports';
import pg from 'pg';
import { latenciesOf, type Latencies } from '../figures/statistics.ts';
import type { ServiceOptions } from './services-program.ts';

/** Half of what the intake commits. */
const ratePerSecond = 2_500;
/** As many orders as the intake commits at once. */
const transactionMax = 128;
const customers = 5_000;
const merchants = 500;
const pollMs = 10;
const timeoutMs = 300_000;

export type EventFigures = {
  events: number;
  /** From the outbox to Kafka, and from Kafka into the listener's database, of events that lie there. */
  relayPerSecond: number;
  listenerPerSecond: number;
  /** From the commit to the listener's transaction, of events that come at this rate. */
  ratePerSecond: number;
  latency: Latencies;
  missing: number;
  outOfOrder: number;
};

/** A relay and a listener in processes of their own, a PostgreSQL and a Kafka, and nothing else. */
export async function benchEvents(options: {
  events: number;
  seconds: number;
  progress: Progress;
}): Promise<EventFigures> {
  const { events, seconds, progress } = options;
  const folder = mkdtempSync(join(tmpdir(), 'loyalnest-bench-events-'));
  chmodSync(folder, 0o755);
  const undo: (() => Promise<unknown>)[] = [async () => rmSync(folder, { recursive: true, force: true })];
  try {
    progress.begin('PostgreSQL and Kafka');
    const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), port: await freePort() });
    undo.push(() => postgres.stop());
    const roleSecret = randomBytes(16).toString('hex');
    await migrate({ ownerUrl: postgres.ownerUrl, roleSecret, servicesDir: join(root, 'services') });
    const ports = { clients: await freePort(), controller: await freePort() };
    const kafka = await startKafkaBroker({ folder: join(folder, 'kafka'), ports });
    undo.push(() => kafka.kill());
    const owner = new pg.Pool({ connectionString: postgres.ownerUrl, max: 2 });
    undo.push(() => owner.end());
    const bench = new Bench(owner);
    await bench.prepare(events);
    progress.done(`PostgreSQL and Kafka, ${events} events in the outbox`);

    const service = { databaseUrl: postgres.ownerUrl, roleSecret, brokers: kafka.brokers };
    const start = async (name: string) => {
      const child = await startService({ ...service, name });
      undo.push(async () => child.disconnect());
      return child;
    };
    progress.begin('from the outbox to Kafka');
    const relay = await start('points');
    const relayPerSecond = await rateOf(() => bench.sent(), events);
    progress.done(`${Math.round(relayPerSecond)} events a second from the outbox to Kafka`);
    progress.begin('from Kafka to the listener');
    await start('event-tracking');
    const listenerPerSecond = await rateOf(() => bench.heard(), events);
    progress.done(`${Math.round(listenerPerSecond)} events a second from Kafka to the listener`);

    progress.begin(`${ratePerSecond} events a second`);
    const url = serviceDatabaseUrl({ databaseUrl: postgres.ownerUrl, service: 'points', roleSecret });
    const pool = createPool({ connectionString: url, max: 2, applicationName: 'bench-events' });
    undo.push(() => pool.end());
    const total = await publishSteadily(new Database(pool), {
      from: events,
      seconds,
      onCommit: () => relay.send('committed'),
    });
    await until(async () => (await bench.heard()) >= total);
    progress.done(`${total - events} events at ${ratePerSecond} a second`);
    const latency = latenciesOf(await bench.latenciesMs(events));
    const missing = total - (await bench.different());
    return {
      events: total,
      relayPerSecond,
      listenerPerSecond,
      ratePerSecond,
      latency,
      missing,
      outOfOrder: await bench.outOfOrder(),
    };
  } finally {
    for (const step of undo.toReversed()) await step();
  }
}

class Bench {
  readonly #owner: pg.Pool;

  constructor(owner: pg.Pool) {
    this.#owner = owner;
  }

  async prepare(events: number): Promise<void> {
    await this.#owner.query(
      `create table event_tracking.bench_heard (
         place bigint generated always as identity primary key, number integer, customer text, committed_at timestamptz,
         heard_at timestamptz default clock_timestamp());
       grant select, insert on event_tracking.bench_heard to loyalnest_event_tracking`,
    );
    await this.#owner.query(
      `insert into points.outbox (merchant_id, key, type, payload, occurred_at)
       select number % $2 + 1, 'customer/' || number % $3, 'points.earned.v1', $4::jsonb || jsonb_build_object('transferId', number), now()
       from generate_series(1, $1::integer) as number`,
      [events, merchants, customers, JSON.stringify(transfer(0))],
    );
    await this.#owner.query('vacuum analyze points.outbox');
  }

  /** Ids follow the order of the outbox as long as one transaction filled it. */
  sent(): Promise<number> {
    return this.#number(`select coalesce(max(id), 0) as count from points.outbox_cursors where consumer = 'kafka'`);
  }

  heard(): Promise<number> {
    return this.#number('select coalesce(max(place), 0) as count from event_tracking.bench_heard');
  }

  different(): Promise<number> {
    return this.#number('select count(distinct number) from event_tracking.bench_heard');
  }

  async latenciesMs(after: number): Promise<number[]> {
    const { rows } = await this.#owner.query<{ ms: number }>(
      `select extract(epoch from heard_at - committed_at)::float8 * 1000 as ms from event_tracking.bench_heard where number > $1`,
      [after],
    );
    return rows.map(({ ms }) => ms);
  }

  /** Events that came before an earlier one of their customer, or a second time. */
  outOfOrder(): Promise<number> {
    return this.#number(`select count(*) from (
      select number <= lag(number) over (partition by customer order by place) as is_late from event_tracking.bench_heard
    ) as heard where is_late`);
  }

  async #number(sql: string): Promise<number> {
    const { rows } = await this.#owner.query<{ count: number }>(sql);
    return Number(rows[0]?.count);
  }
}

/** Publishes at the rate for so long, and returns the number of the last event. */
async function publishSteadily(
  database: Database,
  options: { from: number; seconds: number; onCommit: () => void },
): Promise<number> {
  let last = options.from;
  const begin = performance.now();
  for (;;) {
    const elapsedMs = performance.now() - begin;
    if (elapsedMs > options.seconds * 1_000) return last;
    const due = Math.min(transactionMax, options.from + Math.floor((elapsedMs * ratePerSecond) / 1_000) - last);
    if (due < 1) {
      await sleep(1);
      continue;
    }
    const events = Array.from({ length: due }, () => {
      last += 1;
      const key = `customer/${last % customers}`;
      return { merchantId: (last % merchants) + 1, key, type: 'points.earned.v1', payload: transfer(last) };
    });
    const merchantIds = [...new Set(events.map(({ merchantId }) => merchantId))];
    await database.forMerchants(merchantIds, (tx) => publish(tx, events, new Date()));
    options.onCommit();
  }
}

/** As large as a transfer's event is. */
function transfer(transferId: number): object {
  const ids = {
    merchantId: 1,
    customerId: 7_000_000_000_001,
    transferId,
    orderId: 5_000_000_000_001,
    redemptionId: null,
  };
  return { ...ids, points: 49, businessKey: 'order/5000000000001/earn', pending: 49, available: 120, held: 0 };
}

async function startService(options: ServiceOptions): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('services-program.ts', import.meta.url)), { execArgv: [] });
  child.send(options);
  await once(child, 'message');
  return child;
}

/** The first things that are done begin the clock, so that a start is not measured. */
async function rateOf(count: () => Promise<number>, total: number): Promise<number> {
  await until(async () => (await count()) > 0);
  const first = await count();
  const begin = performance.now();
  await until(async () => (await count()) >= total);
  return ((total - first) / (performance.now() - begin)) * 1_000;
}

async function until(isDone: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await isDone())) {
    if (performance.now() > deadline) throw new Error(`events are still on their way after ${timeoutMs / 1_000} s`);
    await sleep(pollMs);
  }
}
