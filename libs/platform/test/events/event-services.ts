import { pointsEarned } from '@loyalnest/contracts/events';
import { Database, type Tx } from '../../src/database/database.ts';
import { createPool } from '../../src/database/pool.ts';
import { serviceDatabaseUrl } from '../../src/database/roles.ts';
import type { EventHandler } from '../../src/events/consumer.ts';
import { connectEvents, type EventPaths, type EventRoom } from '../../src/events/event-paths.ts';
import { OutboxSignal } from '../../src/events/outbox-signal.ts';
import type { DeliveredEvent } from '../../src/events/outbox.ts';
import { createLogger } from '../../src/telemetry/logger.ts';

export const serviceNames = ['points', 'event-tracking'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** What a test's handler does before it writes down what it heard; throwing makes the event fail. */
export type OnEvent = (event: DeliveredEvent) => Promise<void> | void;

export type ServicesOptions = {
  /** Of each service; without one it does not run. */
  databaseUrls: Partial<Record<ServiceName, string>>;
  roleSecret: string;
  brokers: string | undefined;
  onEvent?: OnEvent;
};

export type EventServices = { events: EventPaths; signals: OutboxSignal[]; stop(): Promise<void> };

/**
 * Points, which publishes, and event-tracking, which hears: together or alone, as a process has them. What event-tracking
 * hears it writes into a table in the transaction of its inbox.
 */
export async function startServices(options: ServicesOptions): Promise<EventServices> {
  const rooms = serviceNames.flatMap((name) => {
    const databaseUrl = options.databaseUrls[name];
    return databaseUrl === undefined ? [] : [openRoom(name, databaseUrl, options.roleSecret)];
  });
  const handler = writingDown(options.onEvent ?? (() => undefined));
  const config = options.brokers === undefined ? {} : { KAFKA_BROKERS: options.brokers };
  const events = await connectEvents({ rooms, findHandler: () => handler }, config);
  events.start();
  return {
    events,
    signals: rooms.map(({ signal }) => signal),
    async stop() {
      await events.stop();
      await Promise.all(rooms.map(({ database }) => database.pool.end()));
    },
  };
}

function openRoom(name: ServiceName, databaseUrl: string, roleSecret: string): EventRoom {
  const connectionString = serviceDatabaseUrl({ databaseUrl, service: name, roleSecret });
  const events = name === 'event-tracking' ? { events: [class {} as never] } : {};
  return {
    service: { name, module: class {}, ...events },
    database: new Database(createPool({ connectionString, max: 4, applicationName: `process-${name}` })),
    signal: new OutboxSignal(),
    logger: createLogger({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent', service: name }),
  };
}

function writingDown(onEvent: OnEvent): EventHandler {
  return {
    types: [pointsEarned.name],
    async handle(tx: Tx, events) {
      for (const event of events) await onEvent(event);
      await tx.query('insert into event_tracking.heard (key, number) select * from unnest($1::text[], $2::integer[])', [
        events.map((event) => event.key),
        events.map((event) => (event.payload as { number: number }).number),
      ]);
    },
  };
}
