import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { AppError } from '@loyalnest/contracts/errors';
import { readAppToml, startSimulator, type Simulator } from '@loyalnest/shopify-simulator';
import { AccessTokens } from '../../src/access-tokens.ts';
import { AdminClient, type AdminCall } from '../../src/admin/admin-client.ts';
import { document } from '../../src/admin/document.ts';
import { Throttle } from '../../src/admin/throttle.ts';
import { ShopHttp, type ShopAnswer, type ShopRequest } from '../../src/shop-http.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { client } from '../tokens.ts';

const shopDomain = 'first.myshopify.com';
const shop = { merchantId: 1, shopDomain };
const tomlPath = fileURLToPath(new URL('../../../../shopify.app.toml', import.meta.url));

const shopName = document('query TestShopName { shop { name } }', z.object({ shop: z.object({ name: z.string() }) }));
const manyOrders = document(
  `query TestManyOrders { orders(first: 250) { nodes { id customer { id } lineItems(first: 10) { nodes { id } } } } }`,
  z.object({ orders: z.object({ nodes: z.array(z.unknown()) }) }),
);
const setMetafield = document(
  `mutation TestSetMetafield($metafields: [MetafieldsSetInput!]!) {
    metafieldsSet(metafields: $metafields) { metafields { id } userErrors { field message code } }
  }`,
  z.object({ metafieldsSet: z.object({ metafields: z.array(z.object({ id: z.string() })) }) }),
);
const wrong = document('query TestWrong { shop { colour } }', z.unknown());
const customers = document('query TestCustomers { customers(first: 1) { nodes { id } } }', z.unknown());

/** Gets tokens from Shopify by itself. */
class Exchanged extends AccessTokens {
  renewals = 0;
  current: string | undefined;

  constructor(private readonly shopName = 'first') {
    super();
  }

  accessToken(): Promise<string> {
    return this.current === undefined ? this.exchange() : Promise.resolve(this.current);
  }

  renewedToken(): Promise<string> {
    this.renewals += 1;
    return this.exchange();
  }

  private async exchange(): Promise<string> {
    const { sessionToken } = await post<{ sessionToken: string }>(`control/shops/${this.shopName}/session-token`, {});
    const { access_token } = await post<{ access_token: string }>(
      'admin/oauth/access_token',
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: sessionToken,
        subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
        expiring: '1',
      },
      this.shopName,
    );
    this.current = access_token;
    return access_token;
  }
}

/** Remembers what went over the wire. */
class Wiretap extends ShopHttp {
  readonly answers: ShopAnswer[] = [];
  sent = 0;

  override async post(request: ShopRequest): Promise<ShopAnswer> {
    this.sent += 1;
    const answer = await super.post(request);
    this.answers.push(answer);
    return answer;
  }
}

let simulator: Simulator;
let tokens: Exchanged;
let http: Wiretap;
let admin: AdminClient;

beforeAll(async () => {
  simulator = await startSimulator({ ...client, appUrl: 'http://127.0.0.1:9', toml: readAppToml(tomlPath) });
  await post('control/shops', { domain: 'first', name: 'First' });
  await post('control/shops/first/install', { open: false });
  tokens = new Exchanged();
});
beforeEach(() => {
  http = new Wiretap(simulator.url);
  admin = new AdminClient({ tokens, http, throttle: new Throttle() });
  tokens.renewals = 0;
});
afterEach(() => {
  http.close();
  simulator.world.faults.clear(undefined);
});
afterAll(() => simulator.close());

async function post<Body>(path: string, body: unknown, shopName = 'first'): Promise<Body> {
  const response = await fetch(`${simulator.url}/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-host': `${shopName}.myshopify.com` },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return (await response.json()) as Body;
}

function failWith(api: Record<string, unknown>): void {
  simulator.world.faults.change(undefined, { api });
}

const aMetafield: AdminCall = {
  shop,
  variables: {
    metafields: [
      { ownerId: 'gid://shopify/Shop/1', namespace: 'test', key: 'a', type: 'single_line_text_field', value: 'x' },
    ],
  },
};

async function aMetafieldOfTheShop(): Promise<AdminCall> {
  const id = simulator.world.store.findShop(shopDomain)!.shops.find(shopDomain)!.id;
  const [metafield] = aMetafield.variables!['metafields'] as object[];
  return { shop, variables: { metafields: [{ ...metafield, ownerId: `gid://shopify/Shop/${id}` }] } };
}

describe('a call', () => {
  it('asks the shop, at the gateway’s address', async () => {
    expect(await admin.execute(shopName, { shop })).toEqual({ outcome: 'ok', data: { shop: { name: 'First' } } });
  });

  it('changes something', async () => {
    const answer = await admin.execute(setMetafield, await aMetafieldOfTheShop());
    expect(answer).toMatchObject({
      outcome: 'ok',
      data: { metafieldsSet: { metafields: [{ id: expect.any(String) }] } },
    });
  });

  it('hands on what Shopify declines', async () => {
    failWith({
      userErrors: { metafieldsSet: { next: 1, message: 'Value is bad', code: 'INVALID', field: ['metafields', '0'] } },
    });
    expect(await admin.execute(setMetafield, await aMetafieldOfTheShop())).toEqual({
      outcome: 'user-errors',
      errors: [{ field: ['metafields', '0'], message: 'Value is bad', code: 'INVALID' }],
    });
    expect(http.sent).toBe(1);
  });

  it('throws for a document that Shopify refuses: the fault is ours', async () => {
    await expect(admin.execute(wrong, { shop })).rejects.toThrow('Shopify refuses TestWrong');
  });

  it('is unauthorized without the scope', async () => {
    await post('control/shops', { domain: 'bare' });
    await post('control/shops/bare/install', { open: false, scopes: ['read_products'] });
    const bare = new Exchanged('bare');
    admin = new AdminClient({ tokens: bare, http, throttle: new Throttle() });
    const call = { shop: { merchantId: 3, shopDomain: 'bare.myshopify.com' } };
    expect(await admin.execute(customers, call)).toEqual({ outcome: 'unauthorized' });
    expect(bare.renewals).toBe(0);
  });
});

describe('a token that Shopify refuses', () => {
  it('is renewed once, and the call goes on', async () => {
    tokens.current = 'shpat_dead';
    expect(await admin.execute(shopName, { shop })).toMatchObject({ outcome: 'ok' });
    expect(tokens.renewals).toBe(1);
  });

  it.each(['unknown-shop', 'shopify-refused'] as const)('ends the call when there is no other (%s)', async (code) => {
    class Stubborn extends AccessTokens {
      accessToken = () => Promise.resolve('shpat_dead');
      renewedToken = () => Promise.reject(new AppError(code));
    }
    admin = new AdminClient({ tokens: new Stubborn(), http, throttle: new Throttle() });
    expect(await admin.execute(shopName, { shop })).toEqual({ outcome: 'unauthorized' });
  });

  it('ends the call when the other is refused, too', async () => {
    class Same extends AccessTokens {
      accessToken = () => Promise.resolve('shpat_dead');
      renewedToken = () => Promise.resolve('shpat_dead');
    }
    admin = new AdminClient({ tokens: new Same(), http, throttle: new Throttle() });
    expect(await admin.execute(shopName, { shop })).toEqual({ outcome: 'unauthorized' });
    expect(http.sent).toBe(2);
  });
});

describe('while Shopify fails', () => {
  it.each([
    ['500', { errorNext: 2 }],
    ['half a body', { cutNext: 2 }],
  ])('a query is tried again after %s', async (_what, api) => {
    failWith(api);
    expect(await admin.execute(shopName, { shop })).toMatchObject({ outcome: 'ok' });
    expect(http.sent).toBe(3);
  });

  it('a query is tried three times', async () => {
    failWith({ errorNext: 100 });
    expect(await admin.execute(shopName, { shop })).toEqual({ outcome: 'unavailable', reason: 'HTTP 500' });
    expect(http.sent).toBe(3);
  });

  it('a mutation is tried once, because it may have been done', async () => {
    failWith({ cutNext: 1 });
    const call = await aMetafieldOfTheShop();
    expect(await admin.execute(setMetafield, call)).toEqual({ outcome: 'unavailable', reason: 'no answer' });
    expect(http.sent).toBe(1);
  });

  it('a mutation that may run twice is tried again', async () => {
    failWith({ cutNext: 1 });
    const call = { ...(await aMetafieldOfTheShop()), isIdempotent: true };
    expect(await admin.execute(setMetafield, call)).toMatchObject({ outcome: 'ok' });
  });

  it('a call ends at its deadline', async () => {
    failWith({ slowMs: 3_000 });
    const startedAt = performance.now();
    const answer = await admin.execute(shopName, { shop, deadlineMs: 300 });
    expect(answer).toEqual({ outcome: 'unavailable', reason: 'no answer' });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it('a call says so when nobody is there', async () => {
    const nobody = new ShopHttp('http://127.0.0.1:1');
    admin = new AdminClient({ tokens, http: nobody, throttle: new Throttle() });
    expect(await admin.execute(shopName, { shop })).toEqual({ outcome: 'unavailable', reason: 'no answer' });
  });

  it('a call says so when there is no token to be had', async () => {
    class Away extends AccessTokens {
      accessToken = () => Promise.reject(new AppError('shopify-unavailable'));
      renewedToken = () => Promise.reject(new AppError('shopify-unavailable'));
    }
    admin = new AdminClient({ tokens: new Away(), http, throttle: new Throttle() });
    expect(await admin.execute(shopName, { shop })).toEqual({ outcome: 'unavailable', reason: 'no access token' });
  });
});

describe('under Shopify’s limits', () => {
  const throttledAnswers = () => http.answers.filter(({ body }) => body.includes('THROTTLED')).length;

  it('a call goes again after THROTTLED, a mutation too: nothing was done', async () => {
    failWith({ throttleNext: 2 });
    expect(await admin.execute(setMetafield, await aMetafieldOfTheShop())).toMatchObject({ outcome: 'ok' });
    expect(throttledAnswers()).toBe(2);
  });

  it('a call that is throttled beyond its deadline says when to come back', async () => {
    failWith({ throttleNext: 100 });
    const answer = await admin.execute(shopName, { shop, deadlineMs: 600 });
    expect(answer).toEqual({ outcome: 'throttled', retryAfterMs: expect.any(Number) });
  });

  it('calls wait for the bucket instead of being throttled, each in its turn', async () => {
    // Alone first, so that the cost is known and the bucket with it.
    await admin.execute(manyOrders, { shop });
    const { extensions } = JSON.parse(http.answers[0]!.body) as {
      extensions: { cost: { requestedQueryCost: number; throttleStatus: { maximumAvailable: number } } };
    };
    const { requestedQueryCost, throttleStatus } = extensions.cost;
    const calls = Math.ceil(throttleStatus.maximumAvailable / requestedQueryCost) + 1;
    const answers = await Promise.all(
      Array.from({ length: calls }, () => admin.execute(manyOrders, { shop, deadlineMs: 30_000 })),
    );
    expect(answers.map(({ outcome }) => outcome)).toEqual(Array.from({ length: calls }, () => 'ok'));
    expect(throttledAnswers()).toBe(0);
  });

  it('calls beyond their patience are told at once', async () => {
    await admin.execute(manyOrders, { shop });
    const startedAt = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => admin.execute(manyOrders, { shop, deadlineMs: 1_000 })),
    );
    const refused = answers.filter(({ outcome }) => outcome === 'throttled');
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) expect(answer).toEqual({ outcome: 'throttled', retryAfterMs: expect.any(Number) });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('a shop does not wait for another’s bucket', async () => {
    const throttle = new Throttle();
    const take = (shopDomain: string) => throttle.take({ shopDomain, documentName: 'TestManyOrders' }, 0);
    const says = { maximumAvailable: 1_000, restoreRate: 50 };
    for (const [shopDomain, currentlyAvailable] of [
      ['empty.myshopify.com', 0],
      ['full.myshopify.com', 1_000],
    ] as const) {
      const turn = await take(shopDomain);
      if (turn.outcome === 'ready') turn.settle({ ...says, currentlyAvailable });
    }
    expect(await take('full.myshopify.com')).toMatchObject({ outcome: 'ready' });
    expect(await take('empty.myshopify.com')).toMatchObject({ outcome: 'throttled' });
  });
});

describe('an answer of another kind', () => {
  let server: Server;
  let answerWith: (request: IncomingMessage, response: ServerResponse) => void;
  let odd: AdminClient;
  let requests = 0;

  beforeAll(async () => {
    server = createServer((request, response) => {
      requests += 1;
      answerWith(request, response);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  beforeEach(() => {
    requests = 0;
    const { port } = server.address() as AddressInfo;
    const there = new ShopHttp(`http://127.0.0.1:${port}`);
    odd = new AdminClient({ tokens, http: there, throttle: new Throttle() });
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => {
    answerWith = (_request, response) => {
      response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
    };
  };

  it('reaches the shop by its Host header, with the pinned version and the token', async () => {
    answerWith = ({ headers, url }, response) => {
      response.end(
        JSON.stringify({
          data: { shop: { name: `${headers.host} ${url} ${String(headers['x-shopify-access-token'])}` } },
        }),
      );
    };
    const { current } = tokens;
    expect(await odd.execute(shopName, { shop })).toEqual({
      outcome: 'ok',
      data: { shop: { name: `first.myshopify.com /admin/api/2026-10/graphql.json ${current}` } },
    });
  });

  it.each<[string, unknown]>([
    ['no JSON', '<html>'],
    ['nothing', ''],
    ['JSON of another kind', '[]'],
    ['data of another shape', { data: { shop: { name: 7 } } }],
    ['no data', {}],
    ['data beside errors', { data: { shop: null }, errors: [{ message: 'x', path: ['shop'] }] }],
    ['an internal error', { errors: [{ message: 'x', extensions: { code: 'INTERNAL_SERVER_ERROR' } }] }],
    ['a timeout', { errors: [{ message: 'x', extensions: { code: 'TIMEOUT' } }] }],
  ])('is unavailable, and tried again: %s', async (_what, body) => {
    answer(200, body);
    expect(await odd.execute(shopName, { shop })).toMatchObject({ outcome: 'unavailable' });
    expect(requests).toBe(3);
  });

  it.each([402, 404, 423, 301, 400])('is unavailable, and asking again would not help: %d', async (status) => {
    answer(status, '');
    expect(await odd.execute(shopName, { shop })).toEqual({ outcome: 'unavailable', reason: `HTTP ${status}` });
    expect(requests).toBe(1);
  });

  it('is unauthorized: 403', async () => {
    answer(403, '');
    expect(await odd.execute(shopName, { shop })).toEqual({ outcome: 'unauthorized' });
  });

  it('is throttled for as long as it says: 429', async () => {
    answer(429, '', { 'retry-after': '7' });
    expect(await odd.execute(shopName, { shop, deadlineMs: 2_000 })).toEqual({
      outcome: 'throttled',
      retryAfterMs: 7_000,
    });
    expect(requests).toBe(1);
  });
});
