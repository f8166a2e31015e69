import type { FastifyInstance } from 'fastify';

/** What every answer of ours carries. The proxy in front says the same with the files that it sends by itself. */
export const securityHeaders = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' } as const;

export function addSecurityHeaders(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    void reply.headers(securityHeaders);
    done(null, payload);
  });
}
