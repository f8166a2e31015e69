import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { findShopOf, notFound } from '../http/shop-host.ts';
import { findToken } from '../oauth/tokens.ts';
import type { Token } from '../state/entities.ts';
import { getShop, type ShopState } from '../state/shop-state.ts';
import { isInstalled, type World } from '../world.ts';
import { createBucket, type Bucket } from './bucket.ts';
import { prepare } from './execute.ts';
import { API_VERSION, loadSchema } from './schema.ts';

const requestBody = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

/** `POST /admin/api/{version}/graphql.json`. */
export function registerAdminApi(app: FastifyInstance, world: World): void {
  loadSchema();
  const buckets = new Map<string, Bucket>();
  const bucketOf = (shop: string) => {
    const bucket = buckets.get(shop) ?? createBucket(world.clock);
    buckets.set(shop, bucket);
    return bucket;
  };

  app.post('/admin/api/:version/graphql.json', async (request, reply): Promise<FastifyReply> => {
    const state = findShopOf(world, request);
    if (!state || (request.params as { version: string }).version !== API_VERSION) return notFound(reply);
    const refused = refusal(world, state, request);
    if ('status' in refused) return reply.code(refused.status).send({ errors: refused.errors });

    void reply.header('X-Request-Id', world.random.uuid()).header('X-Shopify-API-Version', API_VERSION);
    const slowMs = world.faults.slowMs(state.domain);
    if (slowMs > 0) await pause(slowMs);
    if (world.faults.takeOne(state.domain, 'errorNext')) {
      return reply.code(500).send({ errors: 'Internal Server Error' });
    }
    const parsed = requestBody.safeParse(request.body);
    if (!parsed.success) return reply.code(400).send({ errors: { query: 'Required parameter missing or invalid' } });
    const body = await answer(world, state, { bucket: bucketOf(state.domain), token: refused.token, ...parsed.data });
    if (world.faults.takeOne(state.domain, 'cutNext')) return cut(reply, JSON.stringify(body));
    return reply.send(body);
  });
}

type Asked = z.infer<typeof requestBody> & { bucket: Bucket; token: Token };

async function answer(world: World, state: ShopState, asked: Asked): Promise<Record<string, unknown>> {
  const { plan } = getShop(state);
  const { bucket } = asked;
  const request = {
    query: asked.query,
    operationName: asked.operationName ?? undefined,
    variables: asked.variables ?? {},
  };
  const prepared = prepare(request);
  if (prepared.outcome === 'refused') return { errors: prepared.errors };

  const { requestedCost } = prepared;
  const cost = (actualQueryCost: number | null) => ({
    cost: { requestedQueryCost: requestedCost, actualQueryCost, throttleStatus: bucket.status(plan) },
  });
  if (world.faults.takeOne(state.domain, 'throttleNext') || !bucket.take(requestedCost, plan)) {
    const documentation = 'https://shopify.dev/api/usage/rate-limits';
    return {
      errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED', documentation } }],
      extensions: cost(null),
    };
  }
  const { data, errors, actualCost } = await prepared.run({ world, state, token: asked.token });
  bucket.giveBack(requestedCost - actualCost);
  return { ...(data === undefined ? {} : { data }), ...(errors ? { errors } : {}), extensions: cost(actualCost) };
}

function refusal(
  world: World,
  state: ShopState,
  request: FastifyRequest,
): { status: number; errors: string } | { token: Token } {
  const value = request.headers['x-shopify-access-token'];
  const token = typeof value === 'string' && isInstalled(state) ? findToken(world, state, value) : undefined;
  if (!token) {
    return { status: 401, errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' };
  }
  if (token.mode === 'offline' && token.expiresAt === null) {
    const errors =
      'Non-expiring access tokens are no longer accepted for the Admin API. Start using expiring offline tokens.';
    return { status: 403, errors };
  }
  return { token };
}

/** Promises a whole body, sends half of it, and hangs up. */
function cut(reply: FastifyReply, body: string): FastifyReply {
  reply.hijack();
  reply.raw.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
  reply.raw.write(body.slice(0, body.length >> 1), () => reply.raw.destroy());
  return reply;
}
