import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { adminCore } from '@loyalnest/admin-core';
import { auth } from '../src/index.ts';
import type { LoginResponse } from '@loyalnest/contracts/rest/auth';
import { Clock } from '@loyalnest/platform/clock';
import { loadConfig, type Config } from '@loyalnest/platform/config/config';
import { start, type RunningApp } from '@loyalnest/platform/run';
import { createLogger } from '@loyalnest/platform/telemetry/logger';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { freePort } from '@loyalnest/platform/testing/ports';
import { readAppToml, startSimulator, type Simulator } from '@loyalnest/shopify-simulator';

export const client = { clientId: 'test-client', clientSecret: 'a-client-secret-for-tests' };
const tomlPath = fileURLToPath(new URL('../../../shopify.app.toml', import.meta.url));

/** The simulator's time is everybody's: a test that moves it ages tokens on both sides. */
class SharedClock extends Clock {
  constructor(private readonly simulator: Simulator) {
    super();
  }

  now(): Date {
    return new Date(this.simulator.world.clock.now());
  }
}

export type Answer<Body = Record<string, unknown>> = { status: number; body: Body };

export type Harness = {
  database: TestDatabase;
  simulator: Simulator;
  running: RunningApp;
  config: Config;
  /** Everything the app logged, as it wrote it. */
  logged: string[];
  /** Acts in the shop, as the simulator's control API has it. */
  control<Body = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Answer<Body>>;
  api<Body = Record<string, unknown>>(method: string, path: string, options?: ApiOptions): Promise<Answer<Body>>;
  sessionToken(shop: string): Promise<string>;
  login(shop: string): Promise<Answer<LoginResponse>>;
  /** The access tokens that the simulator honours for a shop now. */
  shopifyTokens(shop: string): string[];
  /** Rows as the owner of the database sees them. */
  rows<Row = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** Shopify cannot be reached from now on. */
  cutOffShopify(): Promise<void>;
  /** Changes the file with the master keys; what it holds is read when the app starts. */
  changeKeys(change: (file: KeyFile) => KeyFile): void;
  /** Starts the app anew on the same database. */
  restart(): Promise<void>;
  /** Moves everybody's clock. */
  advance(milliseconds: number): void;
  /** Everything published has been heard. */
  settled(): Promise<void>;
  close(): Promise<void>;
};

export type KeyFile = { current: number; keys: Record<string, string> };

export type ApiOptions = { token?: string; body?: unknown };

/** A master key, in the form of the key file. */
export function aKey(): string {
  return randomBytes(32).toString('base64');
}

/** auth and admin-core on a database of their own, and a simulator with them. */
export async function startHarness(env: Readonly<Record<string, string>> = {}): Promise<Harness> {
  const database = await cloneDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'loyalnest-auth-test-'));
  const keyFile = join(folder, 'master-key.json');
  const writeKeys = (keys: KeyFile) => writeFileSync(keyFile, JSON.stringify(keys), { mode: 0o600 });
  writeKeys({ current: 1, keys: { 1: aKey() } });
  // Both need the other's address before they start.
  const port = await freePort();
  const simulator = await startSimulator({
    ...client,
    appUrl: `http://127.0.0.1:${port}`,
    toml: readAppToml(tomlPath),
  });
  const config = loadConfig({
    PORT: String(port),
    DATABASE_URL: database.ownerUrl,
    DATABASE_ROLE_SECRET: database.roleSecret,
    MASTER_KEY_FILE: keyFile,
    SHOPIFY_CLIENT_ID: client.clientId,
    SHOPIFY_CLIENT_SECRET: client.clientSecret,
    SHOPIFY_GATEWAY_URL: simulator.url,
    ...env,
  });
  const logged: string[] = [];
  const logger = createLogger({
    level: 'trace',
    service: 'test',
    destination: { write: (line) => void logged.push(line) },
  });
  const startApp = () =>
    start({ config, services: [adminCore, auth], clock: new SharedClock(simulator), logger, runsJobs: false });
  let running = await startApp();
  let isCutOff = false;

  const send = async <Body>(method: string, url: string, { token, body }: ApiOptions): Promise<Answer<Body>> => {
    const response = await fetch(url, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Body };
  };

  const harness: Harness = {
    database,
    simulator,
    logged,
    config,
    get running() {
      return running;
    },
    control: (method, path, body) =>
      send(method, `${simulator.url}/control/${path}`, body === undefined ? {} : { body }),
    api: (method, path, options = {}) => send(method, `${running.url}/${path}`, options),
    async sessionToken(shop) {
      const { body } = await harness.control<{ sessionToken: string }>('POST', `shops/${shop}/session-token`, {});
      return body.sessionToken;
    },
    async login(shop) {
      return harness.api('POST', 'v1/api/auth/login', { token: await harness.sessionToken(shop) });
    },
    shopifyTokens(shop) {
      const tokens = simulator.world.store.findShop(`${shop}.myshopify.com`)?.tokens.values() ?? [];
      const now = simulator.world.clock.now();
      return [...tokens].filter(({ expiresAt }) => (expiresAt ?? 0) > now).map(({ value }) => value);
    },
    async rows<Row>(sql: string, values: unknown[] = []) {
      const { rows } = await database.owner.query(sql, values);
      return rows as Row[];
    },
    async cutOffShopify() {
      if (!isCutOff) await simulator.close();
      isCutOff = true;
    },
    changeKeys: (change) => writeKeys(change(JSON.parse(readFileSync(keyFile, 'utf8')) as KeyFile)),
    async restart() {
      await running.close();
      running = await startApp();
    },
    advance: (milliseconds) => simulator.world.clock.advance(milliseconds),
    async settled() {
      for (const relay of running.relays) await relay.settle();
    },
    async close() {
      await running.close();
      await harness.cutOffShopify();
      await database.close();
      rmSync(folder, { recursive: true });
    },
  };
  return harness;
}

/** As `settled`, and everything that Shopify wanted to deliver was delivered. */
export async function delivered(harness: Harness): Promise<void> {
  if (!(await harness.simulator.world.courier.idle(10_000))) throw new Error('deliveries are still on their way');
  await harness.settled();
}

/** A shop that has the app, which has not been opened yet. */
export async function aShop(harness: Harness, name: string): Promise<string> {
  await harness.control('POST', 'shops', { domain: name, currency: 'EUR', timezone: 'Europe/Berlin' });
  await harness.control('POST', `shops/${name}/install`, { open: false });
  return name;
}
