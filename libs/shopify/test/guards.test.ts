import { randomUUID } from 'node:crypto';
import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { ManualClock } from '@loyalnest/platform/clock';
import { loadConfig } from '@loyalnest/platform/config/config';
import { start, type RunningApp } from '@loyalnest/platform/run';
import { createLogger } from '@loyalnest/platform/telemetry/logger';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { apiTokenKey, signApiToken, type ApiToken } from '../src/api-token.ts';
import { MerchantGuard } from '../src/guards/merchant.guard.ts';
import { CurrentPrincipal, type Principal } from '../src/guards/principal.ts';
import { PrincipalGuard } from '../src/guards/principal.guard.ts';
import { ShopperGuard } from '../src/guards/shopper.guard.ts';
import { RevokedTokens } from '../src/revoked-tokens.ts';
import { ShopifyModule } from '../src/shopify.module.ts';
import { ShopDirectory, shopDirectoryProvider } from '../src/shops/shop-directory.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aProxyQuery, aSessionToken, client } from './tokens.ts';

@Controller('who')
class WhoController {
  @Get('merchant')
  @UseGuards(MerchantGuard)
  merchant(@CurrentPrincipal() principal: Principal): Principal {
    return principal;
  }

  @Get('shopper')
  @UseGuards(ShopperGuard)
  shopper(@CurrentPrincipal() principal: Principal): Principal {
    return principal;
  }

  @Get('either')
  @UseGuards(PrincipalGuard)
  either(@CurrentPrincipal() principal: Principal): Principal {
    return principal;
  }
}

@Module({ imports: [ShopifyModule], controllers: [WhoController], providers: [shopDirectoryProvider] })
class WhoModule {}

const clock = new ManualClock('2026-11-05T12:00:00Z');
let database: TestDatabase;
let running: RunningApp;

beforeAll(async () => {
  database = await cloneDatabase();
  await database.owner.query(
    `insert into points.shops (merchant_id, shop_domain, currency, timezone, is_installed) values
     (1, 'first.myshopify.com', 'EUR', 'Europe/Berlin', true), (2, 'gone.myshopify.com', 'EUR', 'Europe/Berlin', false)`,
  );
  const config = loadConfig({
    PORT: '0',
    DATABASE_URL: database.ownerUrl,
    DATABASE_ROLE_SECRET: database.roleSecret,
    SHOPIFY_CLIENT_ID: client.clientId,
    SHOPIFY_CLIENT_SECRET: client.clientSecret,
  });
  // Any service with a `shops` table will do; its own module is not what is tested here.
  const services = [{ name: 'points', module: WhoModule }];
  const logger = createLogger({ level: 'silent', service: 'test' });
  running = await start({ config, services, clock, logger, runsJobs: false });
});
afterAll(async () => {
  await running.close();
  await database.close();
});

async function ask(path: string, authorization?: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${running.url}/who/${path}`, {
    headers: authorization === undefined ? {} : { authorization },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const staff = { kind: 'merchant', merchantId: 1, shopDomain: 'first.myshopify.com', userId: 42, roles: ['admin:full'] };
const sessionToken = (shopDomain?: string) =>
  aSessionToken({ now: clock.now(), ...(shopDomain === undefined ? {} : { shopDomain }) });
const proxyQuery = (parts: { shopDomain?: string; customerId?: string; extra?: string } = {}) =>
  aProxyQuery({ now: clock.now(), ...parts });

function apiToken(parts: Partial<ApiToken> = {}, secret = client.clientSecret): Promise<string> {
  const token: ApiToken = {
    tokenId: randomUUID(),
    merchantId: 1,
    shopDomain: 'first.myshopify.com',
    userId: 42,
    roles: ['admin:points'],
    expiresAt: new Date(clock.now().getTime() + 60_000),
    ...parts,
  };
  return signApiToken(token, { key: apiTokenKey(secret), now: clock.now() });
}

describe('MerchantGuard', () => {
  it('lets in by a session token of Shopify', async () => {
    expect(await ask('merchant', `Bearer ${await sessionToken()}`)).toEqual({ status: 200, body: staff });
  });

  it('asks App Bridge for a new token where one is refused, and nowhere else', async () => {
    const headersFor = async (token: string) =>
      (await fetch(`${running.url}/who/merchant`, { headers: { authorization: `Bearer ${token}` } })).headers;
    const header = 'x-shopify-retry-invalid-session-request';
    const old = await aSessionToken({ now: new Date(clock.now().getTime() - 120_000) });
    expect((await headersFor(old)).get(header)).toBe('1');
    expect((await headersFor(await sessionToken())).get(header)).toBeNull();
  });

  it('lets in by our own token, with the roles it names', async () => {
    const answer = await ask('merchant', `Bearer ${await apiToken()}`);
    expect(answer).toEqual({ status: 200, body: { ...staff, roles: ['admin:points'] } });
  });

  it('refuses our own token once it is revoked', async () => {
    const tokenId = randomUUID();
    const token = await apiToken({ tokenId });
    await running.app
      .get<RevokedTokens>(RevokedTokens, { strict: false })
      .add([{ tokenId, expiresAt: clock.now() }], clock.now());
    expect(await ask('merchant', `Bearer ${token}`)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });

  it('refuses our own token when it is expired, forged, or of a merchant who no longer has the domain', async () => {
    const tokens = [
      await apiToken({ expiresAt: new Date(clock.now().getTime() - 3_000) }),
      await apiToken({}, 'some-other-secret-of-a-stranger'),
      await apiToken({ merchantId: 9 }),
    ];
    for (const token of tokens) expect(await ask('merchant', `Bearer ${token}`)).toMatchObject({ status: 401 });
  });

  it('does not take the client secret itself for the key of our own tokens', async () => {
    const claims = {
      iss: 'loyalnest',
      aud: 'loyalnest-api',
      mid: 1,
      shop: 'first.myshopify.com',
      roles: ['admin:full'],
    };
    const token = await aSessionToken({ now: clock.now(), claims: { ...claims, dest: undefined } });
    expect(await ask('merchant', `Bearer ${token}`)).toMatchObject({ status: 401 });
  });

  it.each([undefined, '', 'Bearer', 'Bearer ', 'Basic YTpi', 'Bearer x'])(
    'refuses the header %j',
    async (authorization) => {
      expect(await ask('merchant', authorization)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    },
  );

  it.each(['stranger.myshopify.com', 'gone.myshopify.com'])('does not know %s', async (shopDomain) => {
    expect(await ask('merchant', `Bearer ${await sessionToken(shopDomain)}`)).toMatchObject({
      status: 404,
      body: { code: 'unknown-shop' },
    });
  });

  it('lets in a shop whose installation becomes known while it asks', async () => {
    const asked = ask('merchant', `Bearer ${await sessionToken('late.myshopify.com')}`);
    const directory = running.app.get(ShopDirectory, { strict: false });
    const late = {
      merchantId: 3,
      shopDomain: 'late.myshopify.com',
      currency: 'EUR',
      timezone: 'UTC',
      isInstalled: true,
    };
    await database.as('points').forMerchant(3, (tx) => directory.record(tx, late));
    expect(await asked).toMatchObject({ status: 200, body: { merchantId: 3 } });
  });
});

describe('ShopperGuard', () => {
  it('lets in by the signature of the app proxy', async () => {
    expect(await ask(`shopper?${proxyQuery({ customerId: '7', extra: 'a=1&a=2' })}`)).toEqual({
      status: 200,
      body: { kind: 'shopper', merchantId: 1, shopDomain: 'first.myshopify.com', customerId: 7 },
    });
  });

  it('refuses a session token and a missing signature', async () => {
    expect(await ask('shopper', `Bearer ${await sessionToken()}`)).toMatchObject({ status: 401 });
    expect(await ask('shopper?shop=first.myshopify.com&logged_in_customer_id=7')).toMatchObject({ status: 401 });
  });

  it('does not know a shop that uninstalled', async () => {
    expect(await ask(`shopper?${proxyQuery({ shopDomain: 'gone.myshopify.com' })}`)).toMatchObject({ status: 404 });
  });
});

describe('PrincipalGuard', () => {
  it('lets in both', async () => {
    expect(await ask('either', `Bearer ${await sessionToken()}`)).toEqual({ status: 200, body: staff });
    expect(await ask(`either?${proxyQuery()}`)).toMatchObject({
      status: 200,
      body: { kind: 'shopper', customerId: null },
    });
  });

  it('judges a request with a proxy signature by that alone', async () => {
    const answer = await ask(`either?${proxyQuery()}0`, `Bearer ${await sessionToken()}`);
    expect(answer).toMatchObject({ status: 401 });
  });

  it('refuses a request with neither', async () => {
    expect(await ask('either')).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });
});
