import type { Server } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Database } from '../database/database.ts';
import type { OutboxSignal } from '../events/outbox-signal.ts';
import type { Service } from '../service.ts';
import type { Logger } from '../telemetry/logger.ts';
import { OutboxRealtime } from './outbox-realtime.ts';
import { SocketDoor } from './socket-door.ts';
import { streamLimits, type StreamLimits } from './stream.ts';

type Room = { service: Service; database: Database; signal: OutboxSignal; logger: Logger };

export type OpenStreams = {
  /** Clients that are connected now. */
  readonly socketCount: number;
  /** Sends them away. */
  close(): Promise<void>;
};

/** Opens the WebSockets of the services of this process. To be called before the server listens. */
export function connectStreams(options: {
  app: NestFastifyApplication;
  rooms: readonly Room[];
  limits: Partial<StreamLimits>;
}): OpenStreams {
  const paths = options.rooms.flatMap(({ service, database, signal, logger }) => {
    if (!service.stream) return [];
    const stream = options.app.get(service.stream, { strict: false });
    const realtime = new OutboxRealtime({
      source: service.name,
      database,
      types: stream.types,
      tell: (events) => stream.tell(events),
      logger,
    });
    signal.onCommit(() => realtime.nudge());
    return [{ stream, realtime }];
  });
  const door = new SocketDoor({ paths, limits: { ...streamLimits, ...options.limits } });
  door.open(options.app.getHttpServer() as Server);
  for (const { realtime } of paths) realtime.start();
  return {
    get socketCount() {
      return door.socketCount;
    },
    async close() {
      await door.close();
      await Promise.all(paths.map(({ realtime }) => realtime.stop()));
    },
  };
}
