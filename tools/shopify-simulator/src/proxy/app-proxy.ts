import { createHmac } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { findShopOf, notFound } from '../http/shop-host.ts';
import type { ShopState } from '../state/shop-state.ts';
import { findSession, type Sessions } from '../storefront/sessions.ts';
import { isInstalled, type World } from '../world.ts';

/** Shopify gives an app proxy so long to answer. */
const ANSWER_MS = 10_000;
/** Neither the shopper's cookies reach the app, nor the app's cookies the shopper. */
const NOT_FORWARDED = new Set([
  'host',
  'cookie',
  'connection',
  'content-length',
  'transfer-encoding',
  'accept-encoding',
]);
const NOT_RETURNED = new Set(['set-cookie', 'connection', 'content-length', 'transfer-encoding', 'content-encoding']);

/** `https://{shop}/{prefix}/{subpath}/…` is the app's, signed and with the customer that is logged in. */
export function registerAppProxy(app: FastifyInstance, world: World, sessions: Sessions): void {
  const { proxy } = world.toml;
  if (!proxy) return;
  const pathPrefix = `/${proxy.prefix}/${proxy.subpath}`;

  const forward = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const state = findShopOf(world, request);
    if (!state || !isInstalled(state)) return notFound(reply);
    const { pathname, searchParams } = new URL(request.url, 'http://shop.invalid');
    const query = signedQuery(world, state, {
      asked: searchParams,
      pathPrefix,
      customerId: findSession(sessions, request)?.customerId,
    });
    const target = `${world.appUrl}${proxy.path}${pathname.slice(pathPrefix.length)}?${query}`;
    const body = request.body as Buffer | undefined;
    try {
      const response = await fetch(target, {
        method: request.method,
        headers: forwardedHeaders(request, state.domain),
        ...(body && body.length > 0 ? { body: new Uint8Array(body) } : {}),
        redirect: 'manual',
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      for (const [name, value] of response.headers) if (!NOT_RETURNED.has(name)) void reply.header(name, value);
      const answer = Buffer.from(await response.arrayBuffer());
      return await reply.code(response.status).send(answer);
    } catch {
      return reply.code(502).type('text/plain').send('There was an error in the third-party application.');
    }
  };

  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.route({ method: ['GET', 'POST', 'PUT', 'DELETE'], url: pathPrefix, handler: forward });
    scope.route({ method: ['GET', 'POST', 'PUT', 'DELETE'], url: `${pathPrefix}/*`, handler: forward });
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

function forwardedHeaders(request: FastifyRequest, shop: string): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (NOT_FORWARDED.has(name) || value === undefined) continue;
    headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  headers.set('X-Forwarded-For', request.ip);
  headers.set('X-Forwarded-Host', shop);
  return headers;
}
