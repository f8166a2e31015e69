import { AppError } from '@loyalnest/contracts/errors';
import { StandardSchemaValidationPipe } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Logger } from '../telemetry/logger.ts';
import { drain } from './drain.ts';
import { ProblemFilter } from './problem.filter.ts';
import { lastValues, readQuery } from './query.ts';
import { addSecurityHeaders } from './security-headers.ts';

/** Shopify's largest payloads are far below; more than this is not a payload but an attack. */
export const bodyBytesMax = 10 * 1024 * 1024;
/** Requests to our own API are small. */
const apiBodyBytesMax = 256 * 1024;

/** Paths whose handlers want the bytes as they came: signatures are over bytes. */
const rawPaths = ['/webhooks/'];

export function createAdapter(): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: bodyBytesMax,
    trustProxy: 'loopback',
    requestTimeout: 30_000,
    // Nobody waits for the end of a body that does not come: reading costs a sixth less.
    http: { optimizeEmptyRequests: true },
    routerOptions: { querystringParser: (text) => lastValues(readQuery(text)) },
  });
}

/** Everything about HTTP that is the same for all services: bodies, validation, errors, headers. */
export function setUpHttp(app: NestFastifyApplication, logger: Logger): void {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    if (rawPaths.some((path) => request.url.startsWith(path))) return done(null, body);
    try {
      done(null, parseBody(request.headers['content-type'], body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  addSecurityHeaders(fastify);
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (reply.statusCode === 413) return drain(request.raw, () => done(null, payload));
    done(null, payload);
  });
  app.useGlobalPipes(new StandardSchemaValidationPipe({ exceptionFactory: invalidRequest }));
  app.useGlobalFilters(new ProblemFilter(logger));
}

type Step = PropertyKey | { readonly key: PropertyKey };
type Issue = { readonly message: string; readonly path?: readonly Step[] | undefined };

/** Issues told of one request. */
const issuesMax = 20;

function invalidRequest(issues: readonly Issue[]): AppError {
  return new AppError('invalid-request', undefined, {
    details: {
      issues: issues.slice(0, issuesMax).map(({ path = [], message }) => ({
        path: path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.'),
        message,
      })),
    },
  });
}

function parseBody(contentType: string | undefined, body: Buffer): unknown {
  if (body.length === 0) return undefined;
  if (body.length > apiBodyBytesMax) throw new AppError('body-too-large');
  if (contentType?.split(';', 1)[0]?.trim().toLowerCase() !== 'application/json')
    throw new AppError('unsupported-media-type');
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch (error) {
    throw new AppError('invalid-json', undefined, { cause: error });
  }
}
