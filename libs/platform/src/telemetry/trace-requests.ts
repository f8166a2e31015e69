import type { FastifyInstance, FastifyRequest } from 'fastify';
import { tagsOf } from './request-tags.ts';
import { findTracing, type OpenSpan } from './tracing.ts';

/** Makes each request a part of the trace that its `traceparent` names, or of a new one. Addresses stay out of it: they hold ids. */
export function traceRequests(fastify: FastifyInstance): void {
  const spans = new WeakMap<FastifyRequest, OpenSpan>();
  fastify.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url;
    if (route !== undefined) {
      const { traceparent } = request.headers;
      const span = findTracing()?.open({
        name: `${request.method} ${route}`,
        kind: 'server',
        parent: typeof traceparent === 'string' ? traceparent : null,
        attributes: { 'http.request.method': request.method, 'http.route': route },
      });
      if (span) spans.set(request, span);
    }
    done();
  });
  // Only here, because a body arrives in turns of the event loop that belong to the connection and not to the request.
  fastify.addHook('preValidation', (request, _reply, done) => {
    const span = spans.get(request);
    if (span) span.within(done);
    else done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const span = spans.get(request);
    if (span) {
      span.set('http.response.status_code', reply.statusCode);
      for (const [tag, value] of Object.entries(tagsOf(request))) span.set(tag, value);
      if (reply.statusCode >= 500) span.fail({ code: String(reply.statusCode) });
      span.end();
    }
    done();
  });
}
