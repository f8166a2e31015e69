import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ShopState } from '../state/shop-state.ts';
import type { World } from '../world.ts';

/** `demo.myshopify.com` of `demo.myshopify.com`, `demo.localhost:7401`, or what a proxy in front says. */
export function shopDomainOf(request: FastifyRequest): string | undefined {
  const forwarded = request.headers['x-forwarded-host'];
  const host = (Array.isArray(forwarded) ? forwarded[0] : forwarded) ?? request.headers.host ?? '';
  const name = host.toLowerCase().replace(/:\d+$/, '');
  if (/^[a-z0-9][a-z0-9-]*\.myshopify\.com$/.test(name)) return name;
  const local = /^([a-z0-9][a-z0-9-]*)\.localhost$/.exec(name);
  return local ? `${local[1]}.myshopify.com` : undefined;
}

export function findShopOf(world: World, request: FastifyRequest): ShopState | undefined {
  const domain = shopDomainOf(request);
  return domain === undefined ? undefined : world.store.findShop(domain);
}

export function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).send({ errors: 'Not Found' });
}
