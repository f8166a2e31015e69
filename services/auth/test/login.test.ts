import { Encryption } from '@loyalnest/platform/crypto/encryption';
import { SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { aShop, client, startHarness, type Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterEach(() => harness.simulator.world.faults.clear(undefined));
afterAll(() => harness.close());

const minuteMs = 60_000;

/** A session token that Shopify could have signed, for a shop of any name. */
function forge(shopDomain: string): Promise<string> {
  const seconds = Math.floor(harness.simulator.world.clock.now() / 1_000);
  const claims = { iss: `https://${shopDomain}/admin`, dest: `https://${shopDomain}`, sub: '1', jti: 'x' };
  return new SignJWT({ ...claims, aud: client.clientId, nbf: seconds, iat: seconds, exp: seconds + 60 })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(Buffer.from(client.clientSecret));
}

const installedEvents = (shopDomain: string) =>
  harness.rows(
    `select 1 from admin_core.outbox where type = 'merchant.installed.v1' and payload ->> 'shopDomain' = $1`,
    [shopDomain],
  );

describe('signing in', () => {
  it('installs the app in its shop and answers with tokens', async () => {
    const shop = await aShop(harness, 'first');
    const { status, body } = await harness.login(shop);
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        merchantId: expect.any(Number),
        shopDomain: 'first.myshopify.com',
        isNew: true,
        token: expect.any(String),
        expiresAt: new Date(new Date(body.expiresAt)).toISOString(),
        refreshToken: expect.stringMatching(/^lnr_/),
        refreshExpiresAt: expect.any(String),
      },
    });
    const [merchant] = await harness.rows('select * from admin_core.merchants where merchant_id = $1', [
      body.merchantId,
    ]);
    expect(merchant).toMatchObject({ currency: 'EUR', timezone: 'Europe/Berlin', shopify_plan: 'Basic' });
    const roles = await harness.api('GET', 'v1/api/auth/roles', { token: body.token });
    expect(roles).toMatchObject({ status: 200, body: { userId: expect.any(Number), roles: ['admin:full'] } });
  });

  it('lets in by the token for 15 minutes', async () => {
    const { body } = await harness.login(await aShop(harness, 'quarter'));
    harness.advance(14.5 * minuteMs);
    expect(await harness.api('GET', 'v1/api/auth/roles', { token: body.token })).toMatchObject({ status: 200 });
    harness.advance(minuteMs);
    expect(await harness.api('GET', 'v1/api/auth/roles', { token: body.token })).toMatchObject({ status: 401 });
  });

  it('again uses the token that is stored', async () => {
    const shop = await aShop(harness, 'again');
    const first = await harness.login(shop);
    const tokens = harness.shopifyTokens(shop);
    const second = await harness.login(shop);
    expect(second).toMatchObject({ status: 200, body: { merchantId: first.body.merchantId, isNew: false } });
    expect(harness.shopifyTokens(shop)).toEqual(tokens);
  });

  it.each([
    ['ends soon', (_shop: string) => Promise.resolve(harness.advance(56 * minuteMs))],
    ['grants other scopes', (shop: string) => changeScopesUnheard(shop)],
    ['died with an installation that nobody told us ended', (shop: string) => reinstallUnheard(shop)],
  ])('again gets another token when the one in store %s', async (what, happens) => {
    const shop = await aShop(harness, `renew-${what.slice(0, 4).trim()}`);
    const first = await harness.login(shop);
    const before = harness.shopifyTokens(shop);
    await happens(shop);
    const second = await harness.login(shop);
    expect(second).toMatchObject({ status: 200, body: { merchantId: first.body.merchantId, isNew: false } });
    expect(harness.shopifyTokens(shop)).not.toEqual(before);
    expect(await storedToken(second.body.merchantId)).toEqual(harness.shopifyTokens(shop).at(-1));
  });

  it('goes on with the token in store while Shopify fails', async () => {
    const shop = await aShop(harness, 'sturdy');
    await harness.login(shop);
    await harness.control('PUT', `shops/${shop}/faults`, { api: { errorNext: 100 } });
    expect(await harness.login(shop)).toMatchObject({ status: 200 });
  });

  it('installs once when many sign in at once', async () => {
    const shop = await aShop(harness, 'rush');
    const answers = await Promise.all(Array.from({ length: 8 }, () => harness.login(shop)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    expect(new Set(answers.map(({ body }) => body.merchantId)).size).toBe(1);
    expect(answers.filter(({ body }) => body.isNew)).toHaveLength(1);
    expect(await installedEvents('rush.myshopify.com')).toHaveLength(1);
    expect(harness.shopifyTokens(shop)).toEqual([await storedToken(answers[0]!.body.merchantId)]);
  });

  it('stores tokens encrypted, and each where it belongs', async () => {
    const shop = await aShop(harness, 'sealed');
    const { status, body } = await harness.login(shop);
    expect({ status, body }).toMatchObject({ status: 200, body: { isNew: true } });
    const [row] = await harness.rows<{ access_token: Buffer; refresh_token: Buffer }>(
      'select access_token, refresh_token from auth.offline_tokens where merchant_id = $1',
      [body.merchantId],
    );
    expect(row!.access_token.includes('shpat_')).toBe(false);
    expect(row!.refresh_token.includes('shprt_')).toBe(false);
    const encryption = harness.running.app.get(Encryption, { strict: false });
    await expect(encryption.decrypt(row!.access_token, 'auth/9999/access-token')).rejects.toThrow();
  });
});

describe('signing in is refused', () => {
  it.each([undefined, 'x', 'eyJhbGciOiJub25lIn0.e30.'])('with the token %j', async (token) => {
    const answer = await harness.api('POST', 'v1/api/auth/login', token === undefined ? {} : { token });
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated', detail: 'Sign in first' } });
  });

  it('with a session token of more than a minute ago', async () => {
    const shop = await aShop(harness, 'stale');
    const token = await harness.sessionToken(shop);
    harness.advance(66_000);
    expect(await harness.api('POST', 'v1/api/auth/login', { token })).toMatchObject({ status: 401 });
  });

  it('with a session token that Shopify no longer takes, although our clock still would', async () => {
    const token = await harness.sessionToken(await aShop(harness, 'brink'));
    harness.advance(62_000);
    const answer = await harness.api('POST', 'v1/api/auth/login', { token });
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });

  it('with a token of ours', async () => {
    const { body } = await harness.login(await aShop(harness, 'ours'));
    expect(await harness.api('POST', 'v1/api/auth/login', { token: body.token })).toMatchObject({ status: 401 });
  });

  it('when Shopify says that the app is not installed', async () => {
    await harness.control('POST', 'shops', { domain: 'without' });
    const answer = await harness.login('without');
    expect(answer).toMatchObject({ status: 502, body: { code: 'shopify-refused' } });
    expect(await harness.rows(`select 1 from admin_core.merchants where shop_domain like 'without.%'`)).toEqual([]);
  });

  it('when Shopify does not know the shop', async () => {
    const token = await forge('nowhere.myshopify.com');
    expect(await harness.api('POST', 'v1/api/auth/login', { token })).toMatchObject({ status: 502 });
  });

  it('when Shopify keeps failing, and works when it no longer does', async () => {
    const shop = await aShop(harness, 'failing');
    await harness.control('PUT', `shops/${shop}/faults`, { api: { errorNext: 100 } });
    expect(await harness.login(shop)).toMatchObject({ status: 503, body: { code: 'shopify-unavailable' } });
    expect(await harness.rows(`select 1 from admin_core.merchants where shop_domain like 'failing.%'`)).toEqual([]);
    await harness.control('DELETE', `shops/${shop}/faults`);
    expect(await harness.login(shop)).toMatchObject({ status: 200, body: { isNew: true } });
  });

  it.each([
    ['fails once', { errorNext: 1 }],
    ['throttles', { throttleNext: 2 }],
    ['hangs up in the middle of an answer', { cutNext: 1 }],
  ])('not when Shopify only %s', async (what, api) => {
    const shop = await aShop(harness, `blip-${what.slice(0, 4)}`);
    await harness.control('PUT', `shops/${shop}/faults`, { api });
    expect(await harness.login(shop)).toMatchObject({ status: 200, body: { isNew: true } });
  });
});

it('writes no token and no name to the log', async () => {
  await harness.control('POST', 'shops', { domain: 'discreet', name: 'Madame Discretion' });
  await harness.control('POST', 'shops/discreet/install', { open: false });
  await harness.control('PUT', 'shops/discreet/faults', { api: { errorNext: 3 } });
  const answers = [await harness.login('discreet'), await harness.login('discreet')];
  expect(answers.map(({ status }) => status)).toEqual([503, 200]);
  const log = harness.logged.join('\n');
  expect(log).toContain('shopify-unavailable');
  expect(log).not.toMatch(/shp[ar]\w+_|eyJ|lnr_[0-9a-z]|Discretion/);
});

it('says so when Shopify cannot be reached at all', async () => {
  const token = await forge('first-of-silence.myshopify.com');
  await harness.cutOffShopify();
  const answer = await harness.api('POST', 'v1/api/auth/login', { token });
  expect(answer).toMatchObject({ status: 503, body: { code: 'shopify-unavailable' } });
});

async function storedToken(merchantId: number): Promise<string> {
  const [row] = await harness.rows<{ access_token: Buffer }>(
    'select access_token from auth.offline_tokens where merchant_id = $1',
    [merchantId],
  );
  const encryption = harness.running.app.get(Encryption, { strict: false });
  return encryption.decrypt(row!.access_token, `auth/${merchantId}/access-token`);
}

async function changeScopesUnheard(shop: string): Promise<void> {
  await harness.control('PUT', `shops/${shop}/faults`, { deliveries: { drop: 1 } });
  await harness.control('POST', `shops/${shop}/install`, { scopes: ['read_orders'], open: false });
}

async function reinstallUnheard(shop: string): Promise<void> {
  await harness.control('PUT', `shops/${shop}/faults`, { deliveries: { drop: 1 } });
  await harness.control('POST', `shops/${shop}/uninstall`);
  await harness.control('POST', `shops/${shop}/install`, { open: false });
}
