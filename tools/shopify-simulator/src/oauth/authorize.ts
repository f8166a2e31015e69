import { createHmac } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { installApp } from '../commerce/installing.ts';
import { findShopOf, notFound } from '../http/shop-host.ts';
import type { World } from '../world.ts';

/** Shopify's codes are good for one use within a short time. */
const CODE_LIFETIME_MS = 600_000;

type Code = { shop: string; online: boolean; expiresAt: number };
export type AuthorizationCodes = Map<string, Code>;

const query = z.object({
  client_id: z.string(),
  scope: z.string().default(''),
  redirect_uri: z.url(),
  state: z.string().default(''),
  'grant_options[]': z.string().optional(),
});

/** `GET /admin/oauth/authorize`: the merchant agrees at once, and is sent back with a signed code. */
export function registerAuthorize(app: FastifyInstance, world: World, codes: AuthorizationCodes): void {
  app.get('/admin/oauth/authorize', (request, reply): FastifyReply => {
    const state = findShopOf(world, request);
    if (!state) return notFound(reply);
    const parsed = query.safeParse(request.query);
    if (!parsed.success) return refuse(reply, 'invalid_request: a parameter is missing or malformed');
    if (parsed.data.client_id !== world.clientId) {
      return refuse(reply, 'application_cannot_be_found: the application could not be found');
    }
    const target = new URL(parsed.data.redirect_uri);
    if (target.origin !== new URL(world.appUrl).origin) {
      return refuse(reply, 'invalid_request: The redirect_uri is not whitelisted');
    }

    const scopes = parsed.data.scope.split(',').filter(Boolean);
    installApp(world, state, scopes.length > 0 ? scopes : world.toml.scopes);
    const code = world.random.hex(32);
    const online = parsed.data['grant_options[]'] === 'per-user';
    codes.set(code, { shop: state.domain, online, expiresAt: world.clock.now() + CODE_LIFETIME_MS });
    const parameters = {
      code,
      host: Buffer.from(`admin.shopify.com/store/${state.domain.split('.')[0]}`).toString('base64url'),
      shop: state.domain,
      state: parsed.data.state,
      timestamp: String(Math.floor(world.clock.now() / 1000)),
    };
    for (const [name, value] of Object.entries(parameters)) target.searchParams.set(name, value);
    target.searchParams.set('hmac', adminHmac(world.clientSecret, target.searchParams));
    return reply.redirect(target.toString(), 302);
  });
}

/** The code's facts, once; undefined if it is unknown, used, too old or another shop's. */
export function takeCode(
  codes: AuthorizationCodes,
  asked: { shop: string; code: string; now: number },
): Code | undefined {
  const code = codes.get(asked.code);
  codes.delete(asked.code);
  return code && code.shop === asked.shop && code.expiresAt > asked.now ? code : undefined;
}

/** Shopify's signature of what the admin sends: sorted, percent-encoded, without the hmac itself. */
export function adminHmac(secret: string, parameters: URLSearchParams): string {
  const text = [...parameters]
    .filter(([name]) => name !== 'hmac' && name !== 'signature')
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
  return createHmac('sha256', secret).update(text).digest('hex');
}

function refuse(reply: FastifyReply, message: string): FastifyReply {
  return reply.code(400).type('text/plain').send(`Oauth error ${message}`);
}
