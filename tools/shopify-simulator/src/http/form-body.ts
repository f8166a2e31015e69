import type { FastifyInstance } from 'fastify';

/** Lets the routes of this scope read HTML forms; a name given several times keeps its last value. */
export function acceptForms(scope: FastifyInstance): void {
  scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
}
