import { createHmac } from 'node:crypto';
import { loadConfig } from '@loyalnest/platform/config/config';
import { start, type RunningApp } from '@loyalnest/platform/run';
import { createLogger } from '@loyalnest/platform/telemetry/logger';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { startTestRedis, type TestRedis } from '@loyalnest/platform/testing/redis';
import { Controller, Get, Injectable, Module, UseGuards } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MerchantGuard } from '../src/guards/merchant.guard.ts';
import { PrincipalGuard } from '../src/guards/principal.guard.ts';
import { ShopifyModule } from '../src/shopify.module.ts';
import { ShopDirectory, shopDirectoryProvider } from '../src/shops/shop-directory.ts';
import { WebhookDoor, type WebhookHandler } from '../src/webhooks/webhook-door.ts';
import { aProxyQuery, aSessionToken, client } from './tokens.ts';

@Controller('who')
class WhoController {
  @Get('merchant')
  @UseGuards(MerchantGuard)
  merchant(): string {
    return 'you';
  }

  @Get('either')
  @UseGuards(PrincipalGuard)
  either(): string {
    return 'you';
  }
}

@Injectable()
class Orders implements WebhookHandler {
  readonly topics = ['orders/create'];

  constructor(readonly directory: ShopDirectory) {}

  async handle(): Promise<void> {}
}

@Module({ imports: [ShopifyModule], controllers: [WhoController], providers: [shopDirectoryProvider, Orders] })
class WhoModule {
  constructor(door: WebhookDoor, orders: Orders) {
    door.add(orders);
  }
}

let database: TestDatabase;
let redis: TestRedis;
beforeAll(async () => {
  [database, redis] = await Promise.all([cloneDatabase(), startTestRedis()]);
  await database.owner.query(
    `insert into points.shops (merchant_id, shop_domain, currency, timezone, is_installed) values
     (1, 'first.myshopify.com', 'EUR', 'UTC', true), (2, 'second.myshopify.com', 'EUR', 'UTC', true)`,
  );
});
afterAll(async () => {
  await database.close();
  await redis.close();
});

describe.each([
  ['memory', () => ({})],
  ['Redis Cluster', () => ({ REDIS_URL: redis.url })],
])('rate limits in %s', (_name, env: () => Record<string, string>) => {
  const opened: RunningApp[] = [];
  let running: RunningApp;

  function open(): Promise<RunningApp> {
    const config = loadConfig({
      PORT: '0',
      DATABASE_URL: database.ownerUrl,
      DATABASE_ROLE_SECRET: database.roleSecret,
      SHOPIFY_CLIENT_ID: client.clientId,
      SHOPIFY_CLIENT_SECRET: client.clientSecret,
      RATE_LIMIT_MERCHANT: '6',
      RATE_LIMIT_SHOPPER: '3',
      RATE_LIMIT_VISITORS: '2',
      ...env(),
    });
    const logger = createLogger({ level: 'silent', service: 'test' });
    return start({ config, services: [{ name: 'points', module: WhoModule }], logger, runsJobs: false });
  }

  beforeEach(async () => {
    // What was counted before has to be forgotten: the tests count the same callers.
    await redis.clear();
    running = await open();
    opened.push(running);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((app) => app.close()));
  });

  const ask = (path: string, headers: Record<string, string> = {}, app = running) =>
    fetch(`${app.url}${path}`, { headers });
  const asStaff = async (shop: string, app = running) =>
    ask(
      '/who/merchant',
      { authorization: `Bearer ${await aSessionToken({ shopDomain: `${shop}.myshopify.com` })}` },
      app,
    );
  const asShopper = (shop: string, customerId: string) =>
    ask(`/who/either?${aProxyQuery({ shopDomain: `${shop}.myshopify.com`, customerId })}`);

  async function statuses(times: number, request: () => Promise<Response>): Promise<number[]> {
    const found: number[] = [];
    for (let time = 0; time < times; time += 1) found.push((await request()).status);
    return found;
  }

  it('refuses a shop that asks too much, says until when, and lets in the others', async () => {
    expect(await statuses(6, () => asStaff('first'))).toEqual([200, 200, 200, 200, 200, 200]);
    const refused = await asStaff('first');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(await refused.json()).toMatchObject({ code: 'too-many-requests', status: 429 });
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(10);
    expect(refused.headers.get('ratelimit')).toBe(`"merchant";r=0;t=${seconds}`);
    expect(refused.headers.get('ratelimit-policy')).toBe('"merchant";q=6;w=10');
    expect((await asStaff('second')).status).toBe(200);
  });

  it('warns whoever has used half of what is allowed', async () => {
    expect((await asStaff('first')).headers.get('ratelimit')).toBeNull();
    await statuses(2, () => asStaff('first'));
    expect((await asStaff('first')).headers.get('ratelimit')).toMatch(/^"merchant";r=2;t=\d+$/);
  });

  it('refuses a shopper who asks too much, and no other', async () => {
    expect(await statuses(4, () => asShopper('first', '7'))).toEqual([200, 200, 200, 429]);
    expect(await statuses(1, () => asShopper('first', '8'))).toEqual([200]);
    expect(await statuses(1, () => asShopper('second', '7'))).toEqual([200]);
    expect(await statuses(1, () => asStaff('first'))).toEqual([200]);
  });

  it('counts a shop’s visitors together, and apart from those who are signed in', async () => {
    expect(await statuses(3, () => asShopper('first', ''))).toEqual([200, 200, 429]);
    expect(await statuses(1, () => asShopper('first', '7'))).toEqual([200]);
    expect(await statuses(1, () => asShopper('second', ''))).toEqual([200]);
  });

  it('does not count whoever is not let in', async () => {
    const stranger = () => ask('/who/merchant', { authorization: 'Bearer made.up.token' });
    expect(new Set(await statuses(20, stranger))).toEqual(new Set([401]));
    expect((await asStaff('first')).status).toBe(200);
  });

  it('never refuses Shopify’s webhooks', async () => {
    const body = JSON.stringify({ id: 1 });
    const deliver = () =>
      fetch(`${running.url}/webhooks/shopify`, {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/json',
          'x-shopify-topic': 'orders/create',
          'x-shopify-shop-domain': 'first.myshopify.com',
          'x-shopify-hmac-sha256': createHmac('sha256', client.clientSecret).update(body).digest('base64'),
        },
      });
    await statuses(7, () => asStaff('first'));
    expect(new Set(await statuses(50, deliver))).toEqual(new Set([200]));
  });

  it('shares a count among processes where there is Redis, and keeps each its own where there is none', async () => {
    const other = await open();
    opened.push(other);
    await statuses(6, () => asStaff('first'));
    expect((await asStaff('first', other)).status).toBe(env()['REDIS_URL'] ? 429 : 200);
  });

  it('answers while Redis is away', async () => {
    if (!env()['REDIS_URL']) return;
    redis.freeze();
    try {
      expect(await statuses(7, () => asStaff('first'))).toEqual([200, 200, 200, 200, 200, 200, 429]);
    } finally {
      redis.thaw();
    }
  });
});
