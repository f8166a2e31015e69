import { pointsEarned } from '@loyalnest/contracts/events';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Database } from '../../src/database/database.ts';
import type { EventPaths } from '../../src/events/event-paths.ts';
import type { OutboxSignal } from '../../src/events/outbox-signal.ts';
import { publish } from '../../src/events/publish.ts';
import { cloneDatabase, type TestDatabase } from '../../src/testing/database.ts';
import { serviceNames, startServices, type OnEvent, type ServiceName, type ServicesOptions } from './event-services.ts';

const merchants = [1, 2, 3];

export type EventProcess = { events: EventPaths; stop(): Promise<void> };

export type Heard = { key: string; number: number };

/** Points and event-tracking in a database of their own (see `startServices`). */
export class EventBed {
  readonly databases: TestDatabase;
  #brokers: string | undefined;
  readonly #proxy: Proxy;
  readonly #publisher: Database;
  readonly #processes = new Set<EventProcess>();
  readonly #children = new Set<ChildProcess>();
  readonly #signals = new Set<OutboxSignal>();
  #count = 0;

  private constructor(databases: TestDatabase, brokers: string | undefined, proxy: Proxy) {
    this.databases = databases;
    this.#brokers = brokers;
    this.#proxy = proxy;
    this.#publisher = databases.as('points');
  }

  static async open(brokers: string | undefined): Promise<EventBed> {
    const databases = await cloneDatabase();
    await databases.owner.query(
      `create table event_tracking.heard (place bigint generated always as identity, key text, number integer);
       grant select, insert on event_tracking.heard to loyalnest_event_tracking`,
    );
    const url = new URL(databases.ownerUrl);
    const proxy = await Proxy.open(Number(url.port));
    return new EventBed(databases, brokers, proxy);
  }

  /** What starts from now on delivers through these, or within a process. */
  deliverThrough(brokers: string | undefined): void {
    this.#brokers = brokers;
  }

  /** Starts services, as one process has them: both, unless told. */
  async start(onEvent?: OnEvent, services: readonly ServiceName[] = serviceNames): Promise<EventProcess> {
    const started = await startServices({ ...this.#options(services), ...(onEvent ? { onEvent } : {}) });
    for (const signal of started.signals) this.#signals.add(signal);
    const process_: EventProcess = {
      events: started.events,
      stop: async () => {
        if (!this.#processes.delete(process_)) return;
        for (const signal of started.signals) this.#signals.delete(signal);
        await started.stop();
      },
    };
    this.#processes.add(process_);
    return process_;
  }

  /** As `start`, in a process of its own. */
  async fork(services: readonly ServiceName[] = serviceNames): Promise<ChildProcess> {
    const program = fileURLToPath(new URL('services-program.ts', import.meta.url));
    const child = fork(program, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#children.add(child);
    child.send(this.#options(services));
    await once(child, 'message');
    return child;
  }

  #options(services: readonly ServiceName[]): ServicesOptions {
    const url = new URL(this.databases.ownerUrl);
    const proxied = new URL(url);
    proxied.port = String(this.#proxy.port);
    const urls = { points: url.toString(), 'event-tracking': proxied.toString() };
    return {
      databaseUrls: Object.fromEntries(services.map((name) => [name, urls[name]])),
      roleSecret: this.databases.roleSecret,
      brokers: this.#brokers,
    };
  }

  /** Publishes so many events, each key's one after the other, in transactions of up to 50, and returns them. */
  async publish(count: number, keys = 7): Promise<Heard[]> {
    const published: Heard[] = [];
    while (published.length < count) {
      const events = Array.from({ length: Math.min(50, count - published.length) }, () => {
        this.#count += 1;
        return { number: this.#count, key: `customer-${this.#count % keys}` };
      });
      await this.#publisher.forMerchants(merchants, (tx) =>
        publish(
          tx,
          events.map(({ number, key }) => ({
            merchantId: merchants[(number % keys) % merchants.length] ?? 1,
            key,
            type: pointsEarned.name,
            payload: { number },
          })),
          new Date(),
        ),
      );
      for (const signal of this.#signals) signal.committed();
      published.push(...events);
    }
    return published;
  }

  /** Everything that was heard, in the order it was. */
  async heard(): Promise<Heard[]> {
    const { rows } = await this.databases.owner.query<Heard>(
      'select key, number from event_tracking.heard order by place',
    );
    return rows;
  }

  async heardCount(): Promise<number> {
    const { rows } = await this.databases.owner.query<{ count: number }>('select count(*) from event_tracking.heard');
    return Number(rows[0]?.count);
  }

  async setAside(): Promise<{ number: number; error: string }[]> {
    const { rows } = await this.databases.owner.query<{ number: number; error: string }>(
      `select (event -> 'payload' ->> 'number')::int as number, error from event_tracking.inbox_failures order by 1`,
    );
    return rows;
  }

  async rows<Row>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.databases.owner.query(sql, values)).rows as Row[];
  }

  /** Keeps senders from moving their positions, until they are let go. A lock on a row would hold back the events as well. */
  async holdPositions(): Promise<() => Promise<void>> {
    const client = new pg.Client({ connectionString: this.databases.ownerUrl });
    await client.connect();
    await client.query('begin; lock table points.outbox_cursors in share mode');
    return () => client.end();
  }

  /** Ends the connections of senders that wait for their position, as the end of their process does, and counts them. */
  async endSender(): Promise<number> {
    const ended = await this.rows(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'process-points' and wait_event_type = 'Lock'`,
    );
    return ended.length;
  }

  /** Takes PostgreSQL away from event-tracking alone. */
  cutConsumer(): void {
    this.#proxy.cut();
  }

  mendConsumer(): void {
    this.#proxy.mend();
  }

  /** How often event-tracking was refused since it was cut off. */
  get refusedConnections(): number {
    return this.#proxy.refused;
  }

  async stopAll(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    this.#children.clear();
    await Promise.all([...this.#processes].map((process_) => process_.stop()));
  }

  async close(): Promise<void> {
    await this.stopAll();
    await this.#proxy.close();
    await this.databases.close();
  }
}

/** Per key, in the order of the list. */
export function byKey(events: readonly Heard[]): Record<string, number[]> {
  const keys: Record<string, number[]> = {};
  for (const { key, number } of events) (keys[key] ??= []).push(number);
  return keys;
}

/** Stands between a service and PostgreSQL, and can be cut. */
class Proxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;
  refused = 0;

  private constructor(target: number) {
    this.#server = createServer((from) => {
      if (this.#isCut) {
        this.refused += 1;
        from.destroy();
        return;
      }
      const to = connect({ host: '127.0.0.1', port: target });
      for (const socket of [from, to]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          this.#sockets.delete(socket);
          from.destroy();
          to.destroy();
        });
      }
      from.pipe(to).pipe(from);
    });
  }

  static async open(target: number): Promise<Proxy> {
    const proxy = new Proxy(target);
    await new Promise<void>((settle) => proxy.#server.listen({ port: 0, host: '127.0.0.1' }, settle));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  cut(): void {
    this.#isCut = true;
    this.refused = 0;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((settle) => this.#server.close(settle));
  }
}
