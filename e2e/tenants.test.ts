import { randomUUID } from 'node:crypto';
import { serviceDatabaseUrl } from '@loyalnest/platform/database/roles';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Shop, signedQuery, type Answer, type Redemption } from './shop.ts';
import { Stored } from './stored.ts';

const running = inject('running');
const stored = new Stored(running);
const balancePath = '/v1/api/points/balance';
let ours: Shop;
let theirs: Shop;
/** One customer in each shop, with 700 points here and 900 there. */
let ann: number;
let ben: number;

beforeAll(async () => {
  ours = await Shop.open(running, 'ours');
  theirs = await Shop.open(running, 'theirs');
  ann = await ours.customerWith(700);
  ben = await theirs.customerWith(900);
});

afterAll(() => stored.close());

describe('a shopper', () => {
  it('sees the own balance through the storefront of the shop, as Shopify passes it on', async () => {
    const visitor = await logIn(ours, 'regular@example.com');
    await ours.order({ customerId: visitor.customerId, amount: '42' });
    await ours.settled();
    expect(await visitor.get(balancePath)).toMatchObject({
      status: 200,
      body: { customerId: visitor.customerId, available: 42 },
    });
  });

  it('cannot name another customer, whatever the query says', async () => {
    const neighbour = await ours.customerWith(10);
    for (const query of [`customerId=${neighbour}`, `logged_in_customer_id=${neighbour}`]) {
      const visitor = await logIn(ours, `curious-${query.length}@example.com`);
      const { status, body } = await visitor.get(`${balancePath}?${query}`);
      expect([status, body['customerId']]).toEqual([200, visitor.customerId]);
    }
    const answer = await ours.asShopper(ann, 'GET', `${balancePath}?customerId=${neighbour}`);
    expect(answer).toMatchObject({ status: 200, body: { customerId: ann, available: 700 } });
  });

  it('who is not signed in to the shop has no balance to see', async () => {
    expect(await ours.asShopper(null, 'GET', balancePath)).toMatchObject({ status: 401 });
    const named = await ours.asShopper(null, 'GET', `${balancePath}?customerId=${ann}`);
    expect(named).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });

  it.each<[string, (query: URLSearchParams) => void]>([
    ['is forged', (query) => query.set('signature', 'f'.repeat(64))],
    ['is cut off', (query) => query.set('signature', query.get('signature')!.slice(0, 32))],
    ['is empty', (query) => query.set('signature', '')],
    ['was made for another customer', (query) => query.set('logged_in_customer_id', String(ann + 1))],
    ['was made for another shop', (query) => query.set('shop', theirs.domain)],
    ['covers no second customer', (query) => query.append('logged_in_customer_id', String(ann + 1))],
    ['covers nothing that was added', (query) => query.append('customerId', String(ann))],
  ])('whose signature %s is not let in', async (_what, spoil) => {
    const facts = { shop: ours.domain, logged_in_customer_id: String(ann) };
    const query = signedQuery(new URLSearchParams(), facts, running.clientSecret);
    expect(await get(`${balancePath}?${query.toString()}`)).toMatchObject({ status: 200, body: { available: 700 } });
    spoil(query);
    expect(await get(`${balancePath}?${query.toString()}`)).toMatchObject({
      status: 401,
      body: { code: 'unauthenticated' },
    });
  });

  it('whose address is two minutes old is not let in: it may come from a log or a history', async () => {
    const timestamp = String(Math.floor(Date.now() / 1_000) - 120);
    const facts = { shop: ours.domain, logged_in_customer_id: String(ann), timestamp };
    const query = signedQuery(new URLSearchParams(), facts, running.clientSecret);
    expect(await get(`${balancePath}?${query.toString()}`)).toMatchObject({ status: 401 });
  });

  it('cannot change what belongs to the merchant', async () => {
    for (const [method, path] of [
      ['GET', '/v1/api/points/settings'],
      ['PUT', '/v1/api/points/settings'],
      ['GET', '/v1/api/points/totals'],
      ['POST', '/v1/api/rewards'],
    ] as const) {
      const answer = await ours.asShopper(ann, method, path, method === 'GET' ? undefined : {});
      expect({ path, status: answer.status }).toEqual({ path, status: 401 });
    }
  });

  it('cannot look at the redemption of another', async () => {
    const redemption = await takeReward(ours, await ours.customerWith(500));
    const path = `/v1/api/redemptions/${redemption.redemptionId}`;
    expect(await ours.asShopper(ann, 'GET', path)).toMatchObject({
      status: 404,
      body: { code: 'redemption-not-found' },
    });
    const cancelled = await ours.asShopper(ann, 'POST', `${path}/cancel`, {}, { 'idempotency-key': randomUUID() });
    expect(cancelled).toMatchObject({ status: 404 });
  });

  async function get(path: string): Promise<Answer> {
    const response = await fetch(`${running.serverUrl}${path}`);
    return { status: response.status, body: (await response.json()) as Answer['body'], headers: response.headers };
  }
});

describe("another merchant's thing", () => {
  it('is not found: a redemption, its cancellation, a reward', async () => {
    const redemption = await takeReward(theirs, await theirs.customerWith(500));
    const path = `/v1/api/redemptions/${redemption.redemptionId}`;
    expect(await theirs.asMerchant('GET', path)).toMatchObject({ status: 200 });
    expect(await ours.asMerchant('GET', path)).toMatchObject({ status: 404, body: { code: 'redemption-not-found' } });
    const key = { 'idempotency-key': randomUUID() };
    expect(await ours.asMerchant('POST', `${path}/cancel`, {}, key)).toMatchObject({ status: 404 });
    const { body } = await theirs.asMerchant<{ items: { rewardId: number }[] }>('GET', '/v1/api/rewards');
    const [reward] = body.items;
    const changed = await ours.asMerchant('PUT', `/v1/api/rewards/${reward?.rewardId}`, {
      ...reward,
      rewardId: undefined,
      revision: undefined,
      points: 1,
    });
    expect(changed).toMatchObject({ status: 404, body: { code: 'reward-not-found' } });
    const request = { rewardId: reward?.rewardId, customerId: ann };
    const taken = await ours.asMerchant('POST', '/v1/api/points/redeem', request, { 'idempotency-key': randomUUID() });
    expect(taken).toMatchObject({ status: 404, body: { code: 'reward-not-found' } });
  });

  it('is empty where a list or a balance of a customer is asked for', async () => {
    expect(await ours.availableOf(ben)).toBe(0);
    expect(await theirs.availableOf(ben)).toBe(900);
    const history = await ours.asMerchant('GET', `/v1/api/points/history?customerId=${ben}`);
    expect(history).toMatchObject({ status: 200, body: { items: [], nextCursor: null } });
    const redemptions = await ours.asMerchant('GET', `/v1/api/redemptions?customerId=${ben}`);
    expect(redemptions).toMatchObject({ status: 200, body: { items: [] } });
  });

  it('is not opened by a token without a signature, of another app, or of nobody', async () => {
    const token = await ours.sessionToken();
    const [header = '', payload = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const other = { ...claims, dest: `https://${theirs.domain}`, iss: `https://${theirs.domain}/admin` };
    const forged = [
      `${header}.${encode(other)}.${signature}`,
      `${encode({ alg: 'none', typ: 'JWT' })}.${encode(other)}.`,
      `${header}.${payload}.`,
      'nonsense',
    ];
    for (const bearer of forged) {
      const response = await fetch(`${running.serverUrl}/v1/api/points/totals`, {
        headers: { authorization: `Bearer ${bearer}` },
      });
      expect(response.status).toBe(401);
    }
    expect((await fetch(`${running.serverUrl}/v1/api/points/totals`)).status).toBe(401);
  });

  async function merchantIdOf(shop: Shop): Promise<number> {
    const [row] = await stored.rows<{ merchant_id: string }>(
      'select merchant_id from points.shops where shop_domain = $1',
      [shop.domain],
    );
    return Number(row?.merchant_id);
  }

  it('is invisible to a query that forgets the merchant', async () => {
    const [our, their] = [await merchantIdOf(ours), await merchantIdOf(theirs)];
    const connectionString = serviceDatabaseUrl({
      databaseUrl: running.ownerUrl,
      service: 'points',
      roleSecret: running.roleSecret,
    });
    const client = new pg.Client({ connectionString });
    await client.connect();
    try {
      await client.query(`begin; set local loyalnest.merchant_ids = '${our}'`);
      for (const table of ['orders', 'points_transactions', 'customer_balances', 'lots', 'transfer_keys', 'rewards']) {
        const seen = await client.query(`select distinct merchant_id::int from points.${table}`);
        expect({ table, rows: seen.rows }).toEqual({ table, rows: [{ merchant_id: our }] });
      }
      const changed = await client.query('update points.customer_balances set available = available + 1');
      expect(changed.rowCount).toBe(await stored.count('points.customer_balances', 'merchant_id = $1', [our]));
      const stolen = client.query(
        'insert into points.customer_balances (merchant_id, customer_id, available) values ($1, 1, 1000000)',
        [their],
      );
      await expect(stolen).rejects.toThrow('row-level security');
      await client.query('rollback');
      for (const table of ['orders', 'customer_balances']) {
        expect((await client.query(`select 1 from points.${table}`)).rows).toEqual([]);
      }
      await expect(client.query('select 1 from admin_core.customers')).rejects.toThrow('permission denied');
      await expect(client.query('set role loyalnest_admin_core')).rejects.toThrow('permission denied');
    } finally {
      await client.end();
    }
  });
});

async function takeReward(shop: Shop, customerId: number): Promise<Redemption> {
  const { body } = await shop.asMerchant<{ items: { rewardId: number; points: number }[] }>('GET', '/v1/api/rewards');
  const rewardId = body.items.find(({ points }) => points === 500)?.rewardId;
  const request = { rewardId, customerId };
  const key = { 'idempotency-key': randomUUID() };
  const taken = await shop.asMerchant<Redemption>('POST', '/v1/api/points/redeem', request, key);
  expect(taken.status).toBe(201);
  return taken.body;
}

/** A visitor of the storefront who opens an account; what is asked goes through Shopify's app proxy. */
async function logIn(shop: Shop, email: string) {
  const headers = { 'x-forwarded-host': shop.domain };
  const answer = await fetch(`${running.simulatorUrl}/account/register`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ email, firstName: 'Robin', lastName: 'Reed' }),
    redirect: 'manual',
  });
  expect(answer.status).toBe(303);
  // A browser keeps the last cookie of a name.
  const cookies = new Map(
    answer.headers.getSetCookie().map((text) => text.split(';', 1)[0]!.split('=') as [string, string]),
  );
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const { customers } = await shop.control<{ customers: { id: number }[] }>('GET', `/customers?email=${email}`);
  const customerId = customers[0]!.id;
  const get = async (path: string): Promise<Answer> => {
    const response = await fetch(`${running.simulatorUrl}/apps/loyalnest${path}`, { headers: { ...headers, cookie } });
    return { status: response.status, body: (await response.json()) as Answer['body'], headers: response.headers };
  };
  return { customerId, get };
}
