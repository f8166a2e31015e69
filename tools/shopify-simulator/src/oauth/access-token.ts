import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { acceptForms } from '../http/form-body.ts';
import { findShopOf, notFound } from '../http/shop-host.ts';
import type { ShopState } from '../state/shop-state.ts';
import { isInstalled, type World } from '../world.ts';
import { takeCode, type AuthorizationCodes } from './authorize.ts';
import { ownerId, readSessionToken } from './session-token.ts';
import { issueToken, rotate, type Mode } from './tokens.ts';

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';
const ONLINE = 'urn:shopify:params:oauth:token-type:online-access-token';
const OFFLINE = 'urn:shopify:params:oauth:token-type:offline-access-token';

const requestBody = z.object({
  client_id: z.string().default(''),
  client_secret: z.string().default(''),
  grant_type: z.string().optional(),
  code: z.string().optional(),
  subject_token: z.string().optional(),
  subject_token_type: z.string().optional(),
  requested_token_type: z.string().default(OFFLINE),
  refresh_token: z.string().optional(),
  expiring: z.union([z.string(), z.number(), z.boolean()]).transform(String).default('0'),
});

type TokenRequest = z.infer<typeof requestBody>;
type Answer = { status: number; body: Record<string, unknown> };

/** `POST /admin/oauth/access_token`: token exchange, refresh and the authorization code. */
export function registerAccessToken(app: FastifyInstance, world: World, codes: AuthorizationCodes): void {
  void app.register(async (scope) => {
    acceptForms(scope);
    scope.post('/admin/oauth/access_token', async (request, reply): Promise<FastifyReply> => {
      const state = findShopOf(world, request);
      if (!state) return notFound(reply);
      const parsed = requestBody.safeParse(request.body);
      const answer = parsed.success
        ? await answerTo(world, state, codes, parsed.data)
        : refusal(400, 'invalid_request', 'The request is missing a parameter or is otherwise malformed.');
      return reply.code(answer.status).send(answer.body);
    });
  });
}

async function answerTo(
  world: World,
  state: ShopState,
  codes: AuthorizationCodes,
  request: TokenRequest,
): Promise<Answer> {
  if (request.client_id !== world.clientId) {
    return refusal(400, 'application_cannot_be_found', 'The application could not be found.');
  }
  if (request.client_secret !== world.clientSecret) {
    return refusal(401, 'invalid_client', 'Client authentication failed.');
  }
  if (request.grant_type === TOKEN_EXCHANGE) return exchange(world, state, request);
  if (request.grant_type === 'refresh_token') return refresh(world, state, request);
  if (request.grant_type === undefined || request.grant_type === 'authorization_code') {
    return redeemCode(world, state, codes, request);
  }
  return refusal(400, 'unsupported_grant_type', 'The authorization grant type is not supported.');
}

async function exchange(world: World, state: ShopState, request: TokenRequest): Promise<Answer> {
  if (request.subject_token_type !== ID_TOKEN || ![ONLINE, OFFLINE].includes(request.requested_token_type)) {
    return refusal(400, 'invalid_request', 'The token types of the exchange are not supported.');
  }
  const claims = await readSessionToken(world, state.domain, request.subject_token ?? '');
  if (!claims) {
    const text = 'Token exchange cannot be performed due to an invalid subject token.';
    return refusal(400, 'invalid_subject_token', text);
  }
  if (!isInstalled(state)) {
    return refusal(400, 'app_not_installed', 'Token exchange cannot be performed because the app is not installed.');
  }
  const mode: Mode = request.requested_token_type === ONLINE ? 'online' : offlineMode(request);
  return { status: 200, body: issueToken(world, state, mode, claims.userId).body };
}

function refresh(world: World, state: ShopState, request: TokenRequest): Answer {
  const grant = isInstalled(state) ? rotate(world, state, request.refresh_token ?? '') : undefined;
  if (!grant) return refusal(401, 'invalid_request', 'This request requires an active refresh_token');
  return { status: 200, body: grant.body };
}

function redeemCode(world: World, state: ShopState, codes: AuthorizationCodes, request: TokenRequest): Answer {
  const code = takeCode(codes, { shop: state.domain, code: request.code ?? '', now: world.clock.now() });
  if (!code) return refusal(400, 'invalid_request', 'The authorization code was not found or was already used');
  const mode: Mode = code.online ? 'online' : offlineMode(request);
  return { status: 200, body: issueToken(world, state, mode, ownerId(state)).body };
}

function offlineMode(request: TokenRequest): Mode {
  return request.expiring === '1' || request.expiring === 'true' ? 'offline-expiring' : 'offline';
}

function refusal(status: number, error: string, description: string): Answer {
  return { status, body: { error, error_description: description } };
}
