import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Service } from '../service.ts';
import type { Logger } from '../telemetry/logger.ts';
import { observerOf } from '../telemetry/request-metrics.ts';
import { logFailure, toAppError } from './problem.filter.ts';
import { problemAnswer } from './problem.ts';
import type { Reply } from './rate-limits.ts';
import { securityHeaders } from './security-headers.ts';

/**
 * A second way to a route that is asked for far more often than all others: past router, guards, pipes and hooks, which take longer
 * than the answer itself (docs/decisions/0037). The route is there all the same, for whatever the fast path leaves to it.
 */
export type FastPath = {
  /** The address of the route, as requests spell it. Its method is GET. */
  readonly path: string;
  /**
   * What the route would answer with 200, or `undefined` to leave the request to the route; nothing may have happened then. It
   * throws what the route would throw.
   */
  take(call: FastCall): Promise<object> | undefined;
};

/** A request with the answer under way. `principal` is for whoever finds out who asks: logs tell it. */
export class FastCall implements Reply {
  /** As it came in, with its query. */
  readonly originalUrl: string;
  principal?: object;
  readonly #response: ServerResponse;

  constructor(originalUrl: string, response: ServerResponse) {
    this.originalUrl = originalUrl;
    this.#response = response;
  }

  header(name: string, value: string): void {
    this.#response.setHeader(name, value);
  }
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Lets requests take the fast paths, with the headers, problems, log lines and figures that they would have on the route. Once a server
 * leaves or is closed the router has all of them: it says so to whoever asks. To be called when the routes are there.
 */
export function openFastPaths({
  app,
  services,
  ...noted
}: { app: NestFastifyApplication; services: readonly Service[] } & Noted): void {
  const paths = services.flatMap(({ fastPaths = [] }) => fastPaths.map((token) => app.get(token, { strict: false })));
  if (paths.length === 0) return;
  const server = app.getHttpServer();
  const [route, ...others] = server.listeners('request') as Listener[];
  if (!route || others.length > 0) throw new Error('the router is not the only one who hears requests');
  const ways = paths.map((fastPath) => ({
    start: `${fastPath.path}?`,
    go: wayOf(fastPath, noted),
  }));
  server.removeListener('request', route);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { url = '', method } = request;
    const way = method === 'GET' && server.listening ? ways.find(({ start }) => url.startsWith(start)) : undefined;
    if (!way?.go(url, response)) route(request, response);
  });
}

/** Where problems are logged, and whether times are measured. */
type Noted = { logger: Logger; isMeasured: boolean };

type Way = (url: string, response: ServerResponse) => boolean;

/** Answers a request, or says that it is left to the route. */
function wayOf(fastPath: FastPath, { logger, isMeasured }: Noted): Way {
  const observe = isMeasured ? observerOf(fastPath.path, 'GET') : undefined;
  return (url, response) => {
    const startMs = performance.now();
    const call = new FastCall(url, response);
    const answer = (status: number, headers: readonly string[], body: string): void => {
      response.writeHead(status, [...headers, 'content-length', String(Buffer.byteLength(body))]);
      response.end(body);
      observe?.(status, (performance.now() - startMs) / 1_000);
    };
    const refuse = (thrown: unknown): void => {
      const error = toAppError(thrown);
      logFailure(logger, error, { url, method: 'GET', principal: call.principal });
      const { status, headers, body } = problemAnswer(error);
      answer(status, Object.entries({ ...securityHeaders, ...headers }).flat(), body);
    };
    try {
      const taken = fastPath.take(call);
      if (!taken) return false;
      taken.then((body) => answer(200, headersOfJson, JSON.stringify(body)), refuse);
    } catch (thrown) {
      refuse(thrown);
    }
    return true;
  };
}

const headersOfJson = Object.entries({ ...securityHeaders, 'content-type': 'application/json; charset=utf-8' }).flat();
