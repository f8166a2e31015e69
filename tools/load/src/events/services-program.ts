import { Database } from '@loyalnest/platform/database/database';
import { createPool } from '@loyalnest/platform/database/pool';
import { serviceDatabaseUrl } from '@loyalnest/platform/database/roles';
import type { EventHandler } from '@loyalnest/platform/events/consumer';
import { connectEvents } from '@loyalnest/platform/events/event-paths';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import { createLogger } from '@loyalnest/platform/telemetry/logger';

/** A service in a process of its own. Hears a message for each commit, as a service knows of its own ones. */
export type ServiceOptions = { name: string; databaseUrl: string; roleSecret: string; brokers: string };

process.once('message', (options: ServiceOptions) => void start(options));

async function start({ name, databaseUrl, roleSecret, brokers }: ServiceOptions): Promise<void> {
  const connectionString = serviceDatabaseUrl({ databaseUrl, service: name, roleSecret });
  const database = new Database(createPool({ connectionString, max: 6, applicationName: name }));
  const signal = new OutboxSignal();
  const service = { name, module: class {}, ...(name === 'event-tracking' ? { events: [class {} as never] } : {}) };
  const room = { service, database, signal, logger: createLogger({ level: 'warn', service: name }) };
  const events = await connectEvents({ rooms: [room], findHandler: () => writingDown }, { KAFKA_BROKERS: brokers });
  events.start();
  process.on('message', () => signal.committed());
  process.on('disconnect', () => process.exit(0));
  process.send?.('started');
}

/** As much work as a record of product events is: a row per event, in the transaction of the inbox. */
const writingDown: EventHandler = {
  types: ['points.earned.v1'],
  async handle(tx, events) {
    await tx.query(
      `insert into event_tracking.bench_heard (number, customer, committed_at)
       select * from unnest($1::integer[], $2::text[], $3::timestamptz[])`,
      [
        events.map(({ payload }) => (payload as { transferId: number }).transferId),
        events.map(({ key }) => key),
        events.map(({ occurredAt }) => occurredAt),
      ],
    );
  },
};
