import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LiveDoor } from '../live/live-door.ts';
import type { LiveStreams } from '../live/live-streams.ts';
import type { MetricSource } from './instruments.ts';
import type { Logger } from './logger.ts';
import type { MetricsPage } from './metrics-page.ts';

export type MetricsServer = { port: number; close(): Promise<void> };

type MetricsServerOptions = {
  host: string;
  port: number;
  sources: readonly MetricSource[];
  /** Told on the same port, to the same people. */
  live?: LiveStreams | undefined;
  logger: Logger;
};

/** Serves `GET /metrics`, `/live/logs` and `/live/queues` on a port of its own, which nothing public leads to. */
export async function listenMetrics(options: MetricsServerOptions): Promise<MetricsServer> {
  const page = openPage(options);
  const door = options.live && new LiveDoor(options.live);
  const server = createServer((request, response) => {
    if (request.method === 'GET' && request.url?.split('?', 1)[0] === '/metrics') {
      answer(response, page).catch((error: unknown) => {
        options.logger.error({ err: error }, 'metrics not read');
        response.writeHead(500).end();
      });
    } else if (!door?.answer(request, response)) response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

/** Whoever looks first has the library loaded; a process that nobody measures goes without. */
function openPage({ sources, logger }: MetricsServerOptions): () => Promise<MetricsPage> {
  let opening: Promise<MetricsPage> | undefined;
  return () =>
    (opening ??= import('./metrics-page.ts').then(({ openMetricsPage }) => openMetricsPage(sources, logger)));
}

async function answer(response: ServerResponse, page: () => Promise<MetricsPage>): Promise<void> {
  const opened = await page();
  const text = await opened.look();
  response.writeHead(200, { 'content-type': opened.contentType }).end(text);
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
