import { eventTypes } from '@loyalnest/contracts/events';
import type { Type } from '@nestjs/common';
import type { Database } from '../database/database.ts';
import type { Service } from '../service.ts';
import type { Logger } from '../telemetry/logger.ts';
import { EventConsumer, type EventHandler } from './consumer.ts';
import { toConsumer } from './deliver.ts';
import { readOutboxLag } from './outbox-lag.ts';
import type { OutboxSignal } from './outbox-signal.ts';
import { Relay } from './relay.ts';

/** A service of this process, as far as events go. */
export type EventRoom = { service: Service; database: Database; signal: OutboxSignal; logger: Logger };

export type ConnectOptions = {
  rooms: readonly EventRoom[];
  findHandler: (token: Type<EventHandler>) => EventHandler;
};

export type EventLag = {
  source: string;
  /** A service that listens, or `kafka`, which carries events to those that do. */
  consumer: string;
  /** Those that it has not passed. */
  events: number;
  /** Since when the oldest of them waits; absent when nothing does, and for those that wait in Kafka. */
  oldestAt?: Date;
};

/** How events get from the services of this process to whoever listens, and from others to those that listen here. */
export type EventPaths = {
  /** Of the outboxes of this process. */
  relays: readonly Relay[];
  start(): void;
  /** Lets what is under way end. */
  stop(): Promise<void>;
  /** For measuring: each service that publishes or listens here, and how far behind it is. Throws when that cannot be told. */
  lag(): Promise<EventLag[]>;
};

/** Within this process, or through Kafka when there is one. */
export async function connectEvents(
  options: ConnectOptions,
  config: { KAFKA_BROKERS?: string | undefined },
): Promise<EventPaths> {
  if (config.KAFKA_BROKERS === undefined) return connectWithin(options);
  const { connectKafka } = await import('./kafka/connect-kafka.ts');
  return connectKafka(options, config.KAFKA_BROKERS);
}

/** One relay for each pair of a service that publishes and one that listens. */
function connectWithin(options: ConnectOptions): EventPaths {
  const pairs = consumersOf(options).flatMap(({ room, consumer, sources }) =>
    options.rooms
      .filter(({ service }) => sources.includes(service.name))
      .map((source) => {
        const destination = toConsumer({ consumer, logger: room.logger });
        const relay = new Relay({
          source: source.service.name,
          database: source.database,
          destination,
          logger: room.logger,
        });
        source.signal.onCommit(() => relay.nudge());
        return { source, consumer, relay };
      }),
  );
  return {
    relays: pairs.map(({ relay }) => relay),
    start() {
      for (const { relay } of pairs) relay.start();
    },
    async stop() {
      await Promise.all(pairs.map(({ relay }) => relay.stop()));
    },
    lag: () =>
      Promise.all(
        pairs.map(({ source, consumer }) => readOutboxLag(source.database, source.service.name, consumer.name)),
      ),
  };
}

export type ConnectedConsumer = {
  room: EventRoom;
  consumer: EventConsumer;
  /** Services that publish what it hears, here or elsewhere. */
  sources: string[];
};

/** The services of this process that listen. */
export function consumersOf({ rooms, findHandler }: ConnectOptions): ConnectedConsumer[] {
  return rooms.flatMap((room) => {
    const handlers = (room.service.events ?? []).map(findHandler);
    if (handlers.length === 0) return [];
    const consumer = new EventConsumer({ name: room.service.name, database: room.database, handlers });
    const heard = eventTypes.filter((type) => consumer.types.has(type.name));
    return [{ room, consumer, sources: [...new Set(heard.map((type) => type.service))] }];
  });
}
