import '@shopify/shopify-api/adapters/web-api';
import { ApiVersion, RequestedTokenType, shopifyApi, type Session, type Shopify } from '@shopify/shopify-api';
import { setAbstractFetchFunc } from '@shopify/shopify-api/runtime';
import { describe, expect, it } from 'vitest';
import { API_VERSION } from '../src/index.ts';
import { CLIENT_ID, CLIENT_SECRET, SHOP, startBench, type Bench, type Received } from './harness.ts';

/** Shopify's own library, connected to the simulator's address with the shop in the Host header. */
function clientOf(bench: Bench): Shopify {
  setAbstractFetchFunc((input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input));
    const headers = new Headers(init?.headers);
    headers.set('X-Forwarded-Host', url.host);
    return fetch(`${bench.simulator.url}${url.pathname}${url.search}`, { ...init, headers });
  });
  return shopifyApi({
    apiKey: CLIENT_ID,
    apiSecretKey: CLIENT_SECRET,
    apiVersion: ApiVersion.October26,
    hostName: new URL(bench.app.url).host,
    hostScheme: 'http',
    isEmbeddedApp: true,
    scopes: ['read_orders', 'write_customers'],
    logger: { level: 0, log: () => undefined },
  });
}

type Cost = {
  requestedQueryCost: number;
  throttleStatus: { maximumAvailable: number; currentlyAvailable: number; restoreRate: number };
};

async function install(bench: Bench, shopify: Shopify): Promise<Session> {
  const { sessionToken } = await bench.done('POST', '/shops/demo/session-token');
  const { session } = await shopify.auth.tokenExchange({
    shop: SHOP,
    sessionToken,
    requestedTokenType: RequestedTokenType.OfflineAccessToken,
    expiring: true,
  });
  return session;
}

function requestOf(webhook: Received | undefined): Request {
  if (!webhook) throw new Error('the webhook did not arrive');
  const { path, headers, body, method } = webhook;
  return new Request(`http://app.test${path}`, {
    method,
    headers: Object.entries(headers).map(([name, value]) => [name, String(value)]),
    ...(body ? { body } : {}),
  });
}

describe('@shopify/shopify-api as the client', () => {
  it('plays the newest stable version that the library knows', () => {
    const stable = Object.values(ApiVersion).filter((version) => /^\d{4}-\d{2}$/.test(version));
    expect(API_VERSION).toBe(stable.toSorted().at(-1));
  });

  it('installs by token exchange with an expiring token, and refreshes it', async () => {
    const bench = await startBench();
    const shopify = clientOf(bench);
    const session = await install(bench, shopify);
    expect(session.isOnline).toBe(false);
    expect(session.accessToken).toMatch(/^shpat_/);
    expect(session.refreshToken).toMatch(/^shprt_/);
    const hours = ((session.expires?.getTime() ?? 0) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(0.98);
    expect(hours).toBeLessThan(1.02);

    const refreshed = await shopify.auth.refreshToken({ shop: SHOP, refreshToken: session.refreshToken ?? '' });
    expect(refreshed.session.accessToken).not.toBe(session.accessToken);
    const client = new shopify.clients.Graphql({ session: refreshed.session });
    expect((await client.request('{ shop { myshopifyDomain } }')).data).toEqual({ shop: { myshopifyDomain: SHOP } });
  });

  it('gets an online token with the user who is signed in', async () => {
    const bench = await startBench();
    const shopify = clientOf(bench);
    const { sessionToken } = await bench.done('POST', '/shops/demo/session-token', { userId: 77 });
    const { session } = await shopify.auth.tokenExchange({
      shop: SHOP,
      sessionToken,
      requestedTokenType: RequestedTokenType.OnlineAccessToken,
    });
    expect(session.isOnline).toBe(true);
    expect(session.onlineAccessInfo?.associated_user.id).toBe(77);
  });

  it('accepts the session token, and the library reads its claims', async () => {
    const bench = await startBench();
    const { sessionToken } = await bench.done('POST', '/shops/demo/session-token');
    const claims = await clientOf(bench).session.decodeSessionToken(sessionToken);
    expect(claims).toMatchObject({ iss: `https://${SHOP}/admin`, dest: `https://${SHOP}`, aud: CLIENT_ID });
    expect(claims.exp - claims.iat).toBe(60);
  });

  it('installs by authorization code with a signed redirect', async () => {
    const bench = await startBench({ installed: false });
    const shopify = clientOf(bench);
    const begun = (await shopify.auth.begin({
      shop: SHOP,
      callbackPath: '/auth/callback',
      isOnline: false,
      rawRequest: new Request('http://app.test/auth'),
    })) as Response;
    const { pathname, search } = new URL(begun.headers.get('location') ?? '');
    const sentBack = await bench.shopify(`${pathname}${search}`);
    expect(sentBack.status).toBe(302);

    const cookies = begun.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
    const rawRequest = new Request(sentBack.headers.get('location') ?? '', { headers: { cookie: cookies.join('; ') } });
    const { session } = await shopify.auth.callback({ rawRequest, expiring: true });
    expect(session.accessToken).toMatch(/^shpat_/);
    expect(session.scope).toBe('read_orders,write_customers');
    expect((await bench.done('GET', '/shops/demo')).installed).toBe(true);
  });

  it('queries until it is throttled, waits as long as the answer says, and succeeds by retrying', async () => {
    const bench = await startBench();
    const shopify = clientOf(bench);
    const client = new shopify.clients.Graphql({ session: await install(bench, shopify) });
    await bench.done('POST', '/shops/demo/orders', { amount: '12.50' });
    // 40 connections of one order each cost 120 points asked for, and nearly as many used.
    const fields = Array.from({ length: 40 }, (_, index) => `o${index}: orders(first: 1) { nodes { id } }`);
    const dear = `{ ${fields.join(' ')} }`;

    let thrown: unknown;
    for (let call = 0; call < 20 && !thrown; call++) {
      await client.request(dear).catch((error: unknown) => (thrown = error));
    }
    expect(thrown).toMatchObject({ message: 'Throttled' });
    const { extensions } = (thrown as { body: { extensions: { cost: Cost } } }).body;
    const { requestedQueryCost, throttleStatus } = extensions.cost;
    expect(throttleStatus).toMatchObject({ maximumAvailable: 2_000, restoreRate: 100 });
    const missing = requestedQueryCost - throttleStatus.currentlyAvailable;
    expect(missing).toBeGreaterThan(0);

    await bench.done('POST', '/clock/advance', { seconds: missing / throttleStatus.restoreRate });
    await expect(client.request(dear)).resolves.toHaveProperty('data.o0');
  });

  it('refuses a field that the schema does not have', async () => {
    const bench = await startBench();
    const shopify = clientOf(bench);
    const client = new shopify.clients.Graphql({ session: await install(bench, shopify) });
    await expect(client.request('{ shop { loyaltyPoints } }')).rejects.toThrow(
      "Field 'loyaltyPoints' doesn't exist on type 'Shop'",
    );
  });

  it('delivers webhooks that the library validates, and altered ones that it refuses', async () => {
    const bench = await startBench();
    const shopify = clientOf(bench);
    await bench.done('POST', '/shops/demo/orders', { amount: '12.50' });
    await bench.idle();
    const [webhook] = bench.app.webhooks('orders/create');
    const rawBody = webhook?.body ?? '';
    const valid = await shopify.webhooks.validate({ rawBody, rawRequest: requestOf(webhook) });
    expect(valid).toMatchObject({ valid: true, topic: 'ORDERS_CREATE', domain: SHOP, apiVersion: '2026-10' });

    await bench.done('PUT', '/faults', { deliveries: { corrupt: 1 } });
    await bench.done('POST', '/shops/demo/orders', { amount: '12.50' });
    await bench.idle();
    const altered = bench.app.webhooks('orders/create').at(-1);
    const refused = await shopify.webhooks.validate({ rawBody: altered?.body ?? '', rawRequest: requestOf(altered) });
    expect(refused).toMatchObject({ valid: false, reason: 'invalid_hmac' });
  });

  it('signs app proxy requests as the library expects', async () => {
    const bench = await startBench();
    const shopify = clientOf(bench);
    const response = await bench.shopify('/apps/loyalnest/v1/balance?page=2&ids=1&ids=2', {
      headers: { cookie: 'secret=1' },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('set-cookie')).toBeNull();
    const [request] = bench.app.received;
    const url = new URL(request?.path ?? '', 'http://app.test');
    expect(url.pathname).toBe('/proxy/v1/balance');
    expect(request?.headers.cookie).toBeUndefined();
    const query = url.searchParams;
    expect(Object.fromEntries(query)).toMatchObject({
      shop: SHOP,
      logged_in_customer_id: '',
      path_prefix: '/apps/loyalnest',
    });
    await expect(shopify.utils.validateHmac(query as never, { signator: 'appProxy' })).resolves.toBe(true);
    query.set('logged_in_customer_id', '1');
    await expect(shopify.utils.validateHmac(query as never, { signator: 'appProxy' })).resolves.toBe(false);
  });
});
