import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { Histogram, type Observations } from './instruments.ts';

/**
 * Seconds. Among them are what is promised: 0.05 for most answers, 0.2 for the slowest, 2 for what waits in a queue, 5 for
 * what Shopify waits for.
 */
export const secondsBounds = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10] as const;

const durations = new Histogram({
  name: 'loyalnest_http_request_duration_seconds',
  help: 'Time from the head of a request to the end of its answer, by route, method and class of the status.',
  labels: ['route', 'method', 'status_class'],
  bounds: secondsBounds,
});

/** Addresses that nobody answers are one route: whoever looks for holes makes up thousands. */
const noRoute = '(none)';

/**
 * Measures every request. To be called before routes are added: each route gets a place of its own for its figures, so
 * that a request costs an addition and no look-up.
 */
export function measureRequests(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    const methods = typeof route.method === 'string' ? [route.method] : route.method;
    route.onResponse = [...hooksOf(route), measure(route.url, methods)];
  });
  const measureStrangers = measure(noRoute, []);
  fastify.addHook('onResponse', (request, reply, done) => {
    if (request.is404) measureStrangers(request, reply, done);
    else done();
  });
}

export function readRequests() {
  return [durations.read()];
}

type Hook = (request: FastifyRequest, reply: FastifyReply, done: () => void) => void;

function hooksOf({ onResponse }: RouteOptions): Hook[] {
  if (onResponse === undefined) return [];
  return (Array.isArray(onResponse) ? onResponse : [onResponse]) as Hook[];
}

function measure(route: string, methods: readonly string[]): Hook {
  const [only] = methods.length === 1 ? methods : [];
  const observe = only === undefined ? undefined : observerOf(route, only);
  return (request, reply, done) => {
    const seconds = reply.elapsedTime / 1_000;
    if (observe) observe(reply.statusCode, seconds);
    else durations.of(route, methodOf(request.method), classOf(reply.statusCode)).observe(seconds);
    done();
  };
}

/** Notes how long a request of one route and method took. */
export type Observe = (statusCode: number, seconds: number) => void;

export function observerOf(route: string, method: string): Observe {
  const places: (Observations | undefined)[] = [];
  return (statusCode, seconds) => {
    const place = (places[Math.floor(statusCode / 100)] ??= durations.of(route, method, classOf(statusCode)));
    place.observe(seconds);
  };
}

function classOf(statusCode: number): string {
  return `${Math.floor(statusCode / 100)}xx`;
}

const methodsKnown = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

function methodOf(method: string): string {
  return methodsKnown.has(method) ? method : 'other';
}
