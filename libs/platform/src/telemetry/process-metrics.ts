import type { INestApplicationContext } from '@nestjs/common';
import type { Config } from '../config/config.ts';
import type { Database } from '../database/database.ts';
import type { JobRunner } from '../jobs/job-runner.ts';
import type { LiveStreams } from '../live/live-streams.ts';
import type { OpenStreams } from '../realtime/connect-streams.ts';
import type { Service } from '../service.ts';
import { readCalls } from './calls.ts';
import { readCertificates } from './certificate-metrics.ts';
import { readDeliveries } from './deliveries.ts';
import type { MetricSource } from './instruments.ts';
import { readJobs, readQueues } from './jobs.ts';
import type { Logger } from './logger.ts';
import { readBreakers, readBrokerLag, readRedis, type NeighbourViews } from './neighbour-metrics.ts';
import { readRequests } from './request-metrics.ts';
import { gauge, roomMetrics } from './room-metrics.ts';

type Watched = {
  app: INestApplicationContext;
  config: Config;
  rooms: readonly { service: Service; database: Database }[];
  jobs: JobRunner;
  streams: OpenStreams;
  live: LiveStreams | undefined;
  logger: Logger;
} & NeighbourViews;

export type OpenMetrics = { port: number; close(): Promise<void> };

/** Tells Prometheus and operators how this process does, on a port of its own; without one nothing is loaded and nobody asks. */
export async function openMetrics(watched: Watched): Promise<OpenMetrics | undefined> {
  const { METRICS_PORT: port, METRICS_HOST: host } = watched.config;
  if (port === undefined) return undefined;
  const { listenMetrics } = await import('./metrics-server.ts');
  const { live, logger } = watched;
  return listenMetrics({ host, port, sources: sourcesOf(watched), live, logger });
}

function sourcesOf(watched: Watched): MetricSource[] {
  const { app, config, rooms, jobs, streams } = watched;
  // What several services share, such as Shopify's side, is one thing in this process.
  const tokens = new Set(rooms.flatMap(({ service }) => service.metrics ?? []));
  return [
    { read: () => [...readRequests(), ...readCalls(), ...readJobs(), ...readDeliveries()] },
    { read: () => [gauge('loyalnest_sockets_open', 'WebSockets that are open.', {}, streams.socketCount)] },
    { read: () => readBreakers(watched) },
    { read: () => readBrokerLag(watched) },
    { read: () => readRedis(watched) },
    { read: async () => readQueues(await jobs.look()) },
    { read: () => readCertificates(config.METRICS_CERTIFICATE_FILES ?? []) },
    ...rooms.flatMap(roomMetrics),
    ...[...tokens].map((token) => app.get<MetricSource>(token, { strict: false })),
  ];
}
