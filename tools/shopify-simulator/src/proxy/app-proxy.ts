import { createHmac } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { findShopOf, notFound } from '../http/shop-host.ts';
import type { ShopState } from '../state/shop-state.ts';
import { findSession, type Sessions } from '../storefront/sessions.ts';
import { isInstalled, type World } from '../world.ts';
import { forward } from './forward.ts';

/** `https://{shop}/{prefix}/{subpath}/…` is the app's, signed and with the customer that is logged in. */
export function registerAppProxy(app: FastifyInstance, world: World, sessions: Sessions): void {
  const { proxy } = world.toml;
  if (!proxy) return;
  const pathPrefix = `/${proxy.prefix}/${proxy.subpath}`;

  const serve = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const state = findShopOf(world, request);
    if (!state || !isInstalled(state)) return notFound(reply);
    const { pathname, searchParams } = new URL(request.url, 'http://shop.invalid');
    const query = signedQuery(world, state, {
      asked: searchParams,
      pathPrefix,
      customerId: findSession(sessions, request)?.customerId,
    });
    try {
      const answer = await forward({
        target: `${world.appUrl}${proxy.path}${pathname.slice(pathPrefix.length)}?${query}`,
        method: request.method,
        headers: request.headers,
        body: request.body as Buffer | undefined,
        shop: state.domain,
        ip: request.ip,
      });
      for (const [name, value] of answer.headers) void reply.header(name, value);
      return await reply.code(answer.status).send(answer.body);
    } catch {
      return reply.code(502).type('text/plain').send('There was an error in the third-party application.');
    }
  };

  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.route({ method: ['GET', 'POST', 'PUT', 'DELETE'], url: pathPrefix, handler: serve });
    scope.route({ method: ['GET', 'POST', 'PUT', 'DELETE'], url: `${pathPrefix}/*`, handler: serve });
  });
}

type Facts = { asked: URLSearchParams; pathPrefix: string; customerId: number | null | undefined };

/** What Shopify adds wins over what the shopper typed. */
function signedQuery(world: World, state: ShopState, { asked, pathPrefix, customerId }: Facts): string {
  const query = new URLSearchParams(asked);
  query.delete('signature');
  query.set('shop', state.domain);
  query.set('logged_in_customer_id', customerId ? String(customerId) : '');
  query.set('path_prefix', pathPrefix);
  query.set('timestamp', String(Math.floor(world.clock.now() / 1000)));
  query.set('signature', proxySignature(world.clientSecret, query));
  return query.toString();
}

/** Shopify's algorithm: `name=value` of each parameter, several values joined by commas, sorted, put together. */
export function proxySignature(secret: string, query: URLSearchParams): string {
  const names = [...new Set(query.keys())].filter((name) => name !== 'signature');
  const text = names
    .map((name) => `${name}=${query.getAll(name).join(',')}`)
    .sort()
    .join('');
  return createHmac('sha256', secret).update(text).digest('hex');
}
