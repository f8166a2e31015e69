import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { adminCore } from '@loyalnest/admin-core';
import { auth } from '@loyalnest/auth';
import { Clock } from '@loyalnest/platform/clock';
import { loadConfig } from '@loyalnest/platform/config/config';
import { start, type RunningApp } from '@loyalnest/platform/run';
import { createLogger } from '@loyalnest/platform/telemetry/logger';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { freePort } from '@loyalnest/platform/testing/ports';
import type { SettingsResponse } from '@loyalnest/contracts/rest/points';
import { eventTracking } from '@loyalnest/event-tracking';
import { points } from '@loyalnest/points';
import { readAppToml, startSimulator, type Simulator } from '@loyalnest/shopify-simulator';

const client = { clientId: 'test-client', clientSecret: 'a-client-secret-for-tests' };
const toml = fileURLToPath(new URL('../../../shopify.app.toml', import.meta.url));

export type Answer<Body = Record<string, unknown>> = { status: number; body: Body; headers: Headers };

/** All services in this process and a simulated Shopify beside them. */
export type Whole = {
  running: RunningApp;
  simulator: Simulator;
  database: TestDatabase;
  /** Moves everybody's time on. */
  advance(durationMs: number): void;
  config: ReturnType<typeof loadConfig>;
  control<Body = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Body>;
  /** Waits until every webhook has been delivered. */
  settled(): Promise<void>;
  close(): Promise<void>;
};

/** The simulator's time is everybody's: tokens, codes and awards age together. */
class SharedClock extends Clock {
  constructor(private readonly simulator: Simulator) {
    super();
  }

  now(): Date {
    return new Date(this.simulator.world.clock.now());
  }
}

export async function openWhole(environment: Readonly<Record<string, string>> = {}): Promise<Whole> {
  const database = await cloneDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'loyalnest-whole-'));
  const keyFile = join(folder, 'keys.json');
  const keys = { current: 1, keys: { 1: randomBytes(32).toString('base64') } };
  writeFileSync(keyFile, JSON.stringify(keys), { mode: 0o600 });
  // Both need the other's address before they start.
  const port = await freePort();
  const simulator = await startSimulator({ ...client, appUrl: `http://127.0.0.1:${port}`, toml: readAppToml(toml) });
  const config = loadConfig({
    PORT: String(port),
    RPC_PORT: '0',
    DATABASE_URL: database.ownerUrl,
    DATABASE_ROLE_SECRET: database.roleSecret,
    MASTER_KEY_FILE: keyFile,
    SHOPIFY_CLIENT_ID: client.clientId,
    SHOPIFY_CLIENT_SECRET: client.clientSecret,
    SHOPIFY_GATEWAY_URL: simulator.url,
    ...environment,
  });
  const clock = new SharedClock(simulator);
  const logger = createLogger({ level: 'silent', service: 'test' });
  const running = await start({
    config,
    services: [auth, adminCore, points, eventTracking],
    clock,
    logger,
    runsJobs: false,
  });
  const control: Whole['control'] = async (method, path, body) => {
    const response = await fetch(`${simulator.url}/control${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as never;
  };
  return {
    running,
    simulator,
    database,
    config,
    control,
    advance: (durationMs) => simulator.world.clock.advance(durationMs),
    async settled() {
      await control('GET', '/idle?timeoutMs=20000');
      for (const relay of running.relays) await relay.settle();
    },
    async close() {
      await running.close();
      await simulator.close();
      await database.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** An installed shop, and how its merchant and its shoppers call. */
export class TestShop {
  readonly whole: Whole;
  readonly domain: string;

  private constructor(whole: Whole, domain: string) {
    this.whole = whole;
    this.domain = domain;
  }

  /** Opening an account earns nothing there, so that a test's points are those of its orders. */
  static async install(whole: Whole, name: string, currency = 'EUR'): Promise<TestShop> {
    const domain = `${name}.myshopify.com`;
    await whole.control('POST', '/shops', { domain, currency, timezone: 'Europe/Berlin' });
    await whole.control('POST', `/shops/${domain}/install`, {});
    await whole.settled();
    const shop = new TestShop(whole, domain);
    const { body } = await shop.asMerchant<SettingsResponse>('GET', '/v1/api/points/settings');
    const settings = { ...body.settings, signup: { ...body.settings.signup, isOn: false } };
    await shop.asMerchant('PUT', '/v1/api/points/settings', { version: body.version, settings });
    return shop;
  }

  control<Body = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Body> {
    return this.whole.control<Body>(method, `/shops/${this.domain}${path}`, body);
  }

  /** A customer who has so many points, by one order. */
  async customerWith(pointsEarned: number): Promise<number> {
    const { id } = await this.control<{ id: number }>('POST', '/customers', {
      email: `c${randomBytes(4).toString('hex')}@example.com`,
    });
    if (pointsEarned > 0) await this.control('POST', '/orders', { customerId: id, amount: `${pointsEarned}.00` });
    await this.whole.settled();
    return id;
  }

  async asMerchant<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers = {},
  ): Promise<Answer<Body>> {
    const { sessionToken } = await this.control<{ sessionToken: string }>('POST', '/session-token', {});
    return call(`${this.whole.running.url}${path}`, {
      method,
      body,
      headers: { authorization: `Bearer ${sessionToken}`, ...headers },
    });
  }

  /** As Shopify's app proxy passes a shopper's request on. */
  asShopper<Body = Record<string, unknown>>(
    customerId: number | null,
    method: string,
    path: string,
    body?: unknown,
    headers = {},
  ) {
    const url = new URL(path, this.whole.running.url);
    const query: [string, string][] = [
      ...url.searchParams,
      ['shop', this.domain],
      ['logged_in_customer_id', customerId === null ? '' : String(customerId)],
      ['path_prefix', '/apps/loyalnest'],
      ['timestamp', String(Math.floor(this.whole.simulator.world.clock.now() / 1_000))],
    ];
    const message = query
      .map(([key, value]) => `${key}=${value}`)
      .sort()
      .join('');
    const signature = createHmac('sha256', client.clientSecret).update(message).digest('hex');
    url.search = new URLSearchParams([...query, ['signature', signature]]).toString();
    return call<Body>(url.toString(), { method, body, headers });
  }
}

async function call<Body>(
  url: string,
  request: { method: string; body: unknown; headers: Record<string, string> },
): Promise<Answer<Body>> {
  const { method, body, headers } = request;
  const response = await fetch(url, {
    method,
    headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Body, headers: response.headers };
}
