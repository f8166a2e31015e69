import 'reflect-metadata';
import type { ConnectRouter } from '@connectrpc/connect';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { Cache } from './cache/cache.ts';
import { MemoryCache } from './cache/memory-cache.ts';
import { RedisCache } from './cache/redis-cache.ts';
import { Clock, SystemClock } from './clock.ts';
import { ConfigError, loadConfig, type Config, type PagesConfig } from './config/config.ts';
import { createEncryption } from './crypto/create-encryption.ts';
import { Encryption } from './crypto/encryption.ts';
import { KeyError } from './crypto/key-provider.ts';
import { Database } from './database/database.ts';
import { createPool } from './database/pool.ts';
import { serviceDatabaseUrl } from './database/roles.ts';
import { brokerReader } from './events/cursor.ts';
import { connectEvents, type EventLag, type EventPaths } from './events/event-paths.ts';
import { OutboxSignal } from './events/outbox-signal.ts';
import type { Relay } from './events/relay.ts';
import { FeatureFlags } from './flags/feature-flags.ts';
import { addApiDocument } from './http/api-document.ts';
import { openFastPaths } from './http/fast-path.ts';
import { addHealth, checkRooms } from './http/health.ts';
import { prepareLeaving } from './http/leave.ts';
import { RateLimits } from './http/rate-limits.ts';
import { createAdapter, setUpHttp } from './http/server.ts';
import { WidgetFiles } from './http/widget-files.ts';
import { JobRunner } from './jobs/job-runner.ts';
import { openLive } from './live/connect-live.ts';
import type { LineTap } from './live/log-feed.ts';
import { QueueWatch } from './live/queue-watch.ts';
import { connectStreams, type OpenStreams } from './realtime/connect-streams.ts';
import type { StreamLimits } from './realtime/stream.ts';
import { connectRedis, Redis } from './redis/redis.ts';
import { RpcClients, rpcRoutes } from './rpc/rpc.ts';
import type { RpcServer } from './rpc/rpc-server.ts';
import type { Service } from './service.ts';
import { createLogger, type Logger } from './telemetry/logger.ts';
import { openMetrics } from './telemetry/process-metrics.ts';
import { measureRequests } from './telemetry/request-metrics.ts';
import { traceRequests } from './telemetry/trace-requests.ts';
import { findTracing, serviceName, startTracing } from './telemetry/tracing.ts';
import { AppConfig, AppLogger } from './tokens.ts';

export type OpenApp = {
  app: NestFastifyApplication;
  rooms: readonly Room[];
  logger: Logger;
  routes: (router: ConnectRouter) => void;
  rpc: RpcClients;
  /** `null` where none is configured. */
  redis: Redis | null;
  /** Lets what is under way end, then closes everything. */
  close(): Promise<void>;
};

export type RunningApp = {
  app: NestFastifyApplication;
  /** Address it listens on. */
  url: string;
  /** Port of the gRPC server, if there is one. */
  rpcPort: number | undefined;
  /** Port of `GET /metrics`, if there is one. */
  metricsPort: number | undefined;
  relays: readonly Relay[];
  events: EventPaths;
  jobs: JobRunner;
  streams: OpenStreams;
  /** Stops taking requests, lets what is under way end, then closes everything. */
  close(): Promise<void>;
};

/** Adds what a browser opens to the HTTP server, beside the services' routes. */
export type Pages = (fastify: FastifyInstance, config: PagesConfig) => void;

export type OpenOptions = {
  config: Config;
  services: readonly Service[];
  pages?: Pages;
  /** Where the storefront's script was built to; without it, where the configuration says. */
  widgetFolder?: string;
  clock?: Clock;
  logger?: Logger;
  /** Hears what the loggers that are made here write. */
  tap?: LineTap | undefined;
};

export type StartOptions = OpenOptions & {
  /** Jobs run on their schedule unless a test drives them. */
  runsJobs?: boolean;
  streamLimits?: Partial<StreamLimits>;
};

@Module({})
class RootModule {}

/** Puts services together in this process without listening, relaying or running jobs: for commands. */
export async function open(options: OpenOptions): Promise<OpenApp> {
  const opened = await assemble(options);
  await opened.app.init();
  return opened;
}

/** As `open`, without what services do as they wake, such as reading from the database: for documents. */
export async function assemble(options: OpenOptions): Promise<OpenApp> {
  const { config, services } = options;
  const clock = options.clock ?? new SystemClock();
  const logger =
    options.logger ?? createLogger({ level: config.LOG_LEVEL, service: serviceName(services), tap: options.tap });
  const encrypting = services.filter(({ encrypts }) => encrypts).map(({ name }) => name);
  const encryption =
    encrypting.length === 0 ? [] : [{ provide: Encryption, useValue: await createEncryption(config, encrypting) }];
  const rooms = services.map((service) => openRoom(service, options));
  const rpc = new RpcClients(config);
  const flags = new FeatureFlags(config.FEATURE_FLAGS_FILE, logger);
  const redis = await connectRedis(config, logger);
  const root: DynamicModule = {
    module: RootModule,
    global: true,
    imports: rooms.map(({ service, database, signal, logger: roomLogger }) => ({
      module: service.module,
      providers: [
        { provide: Database, useValue: database },
        { provide: OutboxSignal, useValue: signal },
        { provide: AppLogger, useValue: roomLogger },
      ],
    })),
    providers: [
      { provide: Clock, useValue: clock },
      { provide: AppConfig, useValue: config },
      { provide: RpcClients, useValue: rpc },
      { provide: Redis, useValue: redis },
      { provide: RateLimits, useValue: new RateLimits(config, redis) },
      { provide: Cache, useValue: redis ? new RedisCache(redis) : new MemoryCache() },
      { provide: FeatureFlags, useValue: flags },
      { provide: WidgetFiles, useValue: new WidgetFiles(options.widgetFolder ?? config.WIDGET_FOLDER) },
      ...encryption,
    ],
    exports: [
      Clock,
      AppConfig,
      RpcClients,
      Redis,
      RateLimits,
      Cache,
      FeatureFlags,
      WidgetFiles,
      ...encryption.map(({ provide }) => provide),
    ],
  };
  const app = await NestFactory.create<NestFastifyApplication>(root, createAdapter(), {
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  if (config.METRICS_PORT !== undefined) measureRequests(fastify);
  if (findTracing()) traceRequests(fastify);
  setUpHttp(app, logger);
  addHealth(app, rooms);
  addApiDocument(app);
  options.pages?.(app.getHttpAdapter().getInstance() as unknown as FastifyInstance, config);
  const routes = rpcRoutes(app, services);
  await rpc.connect({ services, routes, logger });
  return {
    app,
    rooms,
    logger,
    routes,
    rpc,
    redis,
    async close() {
      await app.close();
      rpc.close();
      redis?.close();
      await Promise.all(rooms.map((room) => room.database.pool.end()));
    },
  };
}

/** Starts services in this process and listens. */
export async function start(options: StartOptions): Promise<RunningApp> {
  const { config, services } = options;
  const tracing = await startTracing(config, services);
  const service = serviceName(services);
  const live = openLive(config, service);
  const { app, rooms, logger, routes, rpc, redis } = await open({ ...options, tap: live?.feed });
  const liveStreams = await live?.connect(logger);
  const jobs = new JobRunner({ app, rooms, config });
  const events = await connectEvents({ rooms, findHandler: (token) => app.get(token, { strict: false }) }, config);
  const workers = services.flatMap((service) =>
    (service.workers ?? []).map((token) => app.get(token, { strict: false })),
  );
  const leave = prepareLeaving(app.getHttpAdapter().getInstance() as unknown as FastifyInstance);
  // A trace follows a request through hooks of the router.
  if (!tracing) openFastPaths({ app, services, logger, isMeasured: config.METRICS_PORT !== undefined });
  const streams = connectStreams({ app, rooms, limits: options.streamLimits ?? {} });
  const metrics = await openMetrics({
    ...{ app, config, rooms, jobs, streams, logger, live: liveStreams },
    breakers: () => rpc.breakers(),
    redis,
    brokerLag: config.KAFKA_BROKERS === undefined ? undefined : () => readBrokerLag(events),
  });
  await app.listen({ port: config.PORT, host: config.HOST });
  const rpcServer = await listenForCalls({ config, rooms, routes });
  const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  for (const worker of workers) await worker.start();
  events.start();
  if (options.runsJobs ?? true) await jobs.start();
  const queueWatch = liveStreams && new QueueWatch({ streams: liveStreams, service, jobs, events, logger });
  queueWatch?.start();
  logger.info({ url }, 'listening');

  return {
    app,
    url,
    rpcPort: rpcServer?.port,
    metricsPort: metrics?.port,
    relays: events.relays,
    events,
    jobs,
    streams,
    async close() {
      rpcServer?.leave();
      queueWatch?.stop();
      const left = leave(config.DRAIN_MS);
      await streams.close();
      await jobs.stop();
      await left;
      await rpcServer?.close();
      await app.close();
      for (const worker of workers) await worker.stop();
      redis?.close();
      await events.stop();
      await metrics?.close();
      await tracing?.close();
      rpc.close();
      await live?.close();
      await Promise.all(rooms.map((room) => room.database.pool.end()));
    },
  };
}

/** Of consumers that hear of events through Kafka; what still lies in an outbox is read there. */
async function readBrokerLag(events: EventPaths): Promise<EventLag[]> {
  return (await events.lag()).filter(({ consumer }) => consumer !== brokerReader);
}

/** Who is not called over a network loads nothing of it. */
async function listenForCalls(
  options: Pick<OpenApp, 'rooms' | 'routes'> & { config: Config },
): Promise<RpcServer | undefined> {
  const { config, rooms, routes } = options;
  if (config.RPC_PORT === undefined) return undefined;
  const { listenRpc } = await import('./rpc/rpc-server.ts');
  const isReady = async () => (await checkRooms(rooms)).isReady;
  return listenRpc({ routes, isReady, config, port: config.RPC_PORT });
}

/** The main program of a service. Ends the process with 1 and one line if it cannot start. */
export function run(...services: Service[]): Promise<void> {
  return runAll(services);
}

/** As `run`, for an app of several services and the pages that belong to them. */
export async function runAll(
  services: readonly Service[],
  options: Pick<OpenOptions, 'pages' | 'widgetFolder'> = {},
): Promise<void> {
  try {
    const config = loadConfig(process.env);
    const starting = start({ config, services, ...options });
    let isClosing = false;
    // Whoever is told to stop while it starts is up first, so that what it has taken on by then is put down in order.
    const stop = (): void => {
      if (isClosing) return;
      isClosing = true;
      starting
        .then((running) => running.close())
        .then(
          () => process.exit(0),
          () => process.exit(1),
        );
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
    await starting;
  } catch (error) {
    const isExpected =
      error instanceof ConfigError || error instanceof KeyError || (error as { code?: string }).code === 'EADDRINUSE';
    process.stderr.write(
      `cannot start: ${isExpected ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`,
    );
    process.exit(1);
  }
}

export type Room = { service: Service; database: Database; signal: OutboxSignal; logger: Logger };

function openRoom(service: Service, options: OpenOptions): Room {
  const { config } = options;
  const connectionString = serviceDatabaseUrl({
    databaseUrl: config.DATABASE_URL,
    service: service.name,
    roleSecret: config.DATABASE_ROLE_SECRET,
  });
  const pool = createPool({
    connectionString,
    max: config.DATABASE_POOL_MAX,
    applicationName: `loyalnest-${service.name}`,
  });
  const logger = options.logger ?? createLogger({ level: config.LOG_LEVEL, service: service.name, tap: options.tap });
  return { service, database: new Database(pool), signal: new OutboxSignal(), logger };
}
