import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultProgrammeSettings, type ProgrammeSettings } from '@loyalnest/contracts/programme';
import { ManualClock } from '@loyalnest/platform/clock';
import { loadConfig } from '@loyalnest/platform/config/config';
import type { Database } from '@loyalnest/platform/database/database';
import { start, type RunningApp } from '@loyalnest/platform/run';
import { createLogger, type Logger } from '@loyalnest/platform/telemetry/logger';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { expect } from 'vitest';
import { points } from '../src/index.ts';
import { OrderIntake } from '../src/intake/order-intake.ts';
import type { Entry } from '../src/ledger/book.ts';
import { Ledger } from '../src/ledger/ledger.service.ts';
import { Projection } from '../src/members/projection.service.ts';
import { verifyLedger } from '../src/proof/verify-ledger.ts';
import { facts, aSnapshot } from './orders.ts';
import { installShop } from './programme.ts';

/** What Shopify signs with. */
export const clientSecret = 'a-client-secret-for-tests';
const client = { clientId: 'test-client', clientSecret };

export type Answer<Body = Record<string, unknown>> = { status: number; body: Body };

type Request = { body?: unknown; headers?: Record<string, string>; userId?: number };

/** The service, started on a database of its own with a clock that stands still, and its merchants' requests. */
export type MerchantRoom = {
  running: RunningApp;
  logger: Logger;
  databases: TestDatabase;
  database: Database;
  clock: ManualClock;
  install(merchantId: number, settings?: Partial<ProgrammeSettings>): Promise<void>;
  as<Body = Record<string, unknown>>(
    merchantId: number,
    method: string,
    path: string,
    request?: Request,
  ): Promise<Answer<Body>>;
  asShopper<Body = Record<string, unknown>>(
    merchantId: number,
    customerId: number,
    path: string,
  ): Promise<Answer<Body>>;
  /** An order as a webhook brings it; 37 points of customer 7 unless told otherwise. */
  order(merchantId: number, orderId: number, change?: Parameters<typeof aSnapshot>[0], more?: object): Promise<void>;
  post(merchantId: number, ...entries: Entry[]): Promise<void>;
  /** Delivers every event that is under way, and takes it into the projections. */
  settled(): Promise<void>;
  expectProven(merchantId: number): Promise<void>;
  close(): Promise<void>;
};

/** `reach` is the way of the service to its database, where that is not the straight one. */
export async function openMerchantRoom(
  now: string,
  env: Record<string, string> = {},
  reach: (databaseUrl: string) => string = (databaseUrl) => databaseUrl,
): Promise<MerchantRoom> {
  const databases = await cloneDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'loyalnest-points-'));
  const keyFile = join(folder, 'keys.json');
  const keys = { current: 1, keys: { 1: randomBytes(32).toString('base64') } };
  writeFileSync(keyFile, JSON.stringify(keys), { mode: 0o600 });
  const clock = new ManualClock(now);
  await databases.owner.query('select points.ensure_transaction_partitions($1::date, 14)', ['2025-12-01']);
  const config = loadConfig({
    DATABASE_URL: reach(databases.ownerUrl),
    DATABASE_ROLE_SECRET: databases.roleSecret,
    // Nobody answers there: what needs Shopify is tested with the whole.
    AUTH_RPC_URL: 'http://127.0.0.1:9',
    SHOPIFY_CLIENT_ID: client.clientId,
    SHOPIFY_CLIENT_SECRET: client.clientSecret,
    MASTER_KEY_FILE: keyFile,
    PORT: '0',
    ...env,
  });
  const logger = createLogger({ level: 'silent', service: 'points' });
  const running = await start({ config, services: [points], clock, logger, runsJobs: false });
  const database = databases.as('points');
  const intake = running.app.get(OrderIntake, { strict: false });
  const ledger = running.app.get(Ledger, { strict: false });
  const projection = running.app.get(Projection, { strict: false });
  async function settled(): Promise<void> {
    for (const relay of running.relays) await relay.settle();
    // Another file's transaction on the same server, of some seconds at most, holds everybody's events up.
    await expect.poll(async () => (await projection.drain()).isMoreComing).toBe(false);
  }
  return {
    running,
    logger,
    databases,
    database,
    clock,
    install: (merchantId, settings) =>
      installShop(database, clock, {
        merchantId,
        settings: { signup: { ...defaultProgrammeSettings.signup, isOn: false }, ...settings },
      }),
    as: (merchantId, method, path, request = {}) =>
      call(`${running.url}${path}`, method, {
        ...request,
        headers: {
          authorization: `Bearer ${sessionToken(merchantId, clock.now(), request.userId ?? 42)}`,
          ...request.headers,
        },
      }),
    asShopper: (merchantId, customerId, path) =>
      call(proxied(`${running.url}${path}`, { merchantId, customerId, now: clock.now() }), 'GET', {}),
    order: (merchantId, orderId, change = {}, more = {}) =>
      intake.submit({ merchantId, orderId, facts: facts({ snapshot: aSnapshot(change), ...more }) }),
    async post(merchantId, ...entries) {
      const posted = await database.forMerchant(merchantId, (tx) => ledger.post(tx, merchantId, entries, clock.now()));
      for (const { outcome } of posted) expect(outcome).toBe('posted');
    },
    settled,
    async expectProven(merchantId) {
      await settled();
      const findings = await verifyLedger(database, { merchantIds: [merchantId], now: clock.now() });
      expect(findings.total().differences).toEqual([]);
    },
    async close() {
      await running.close();
      await databases.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function call<Body>(url: string, method: string, { body, headers = {} }: Request): Promise<Answer<Body>> {
  const response = await fetch(url, {
    method,
    headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Body };
}

/** As App Bridge hands it to a member of staff. */
function sessionToken(merchantId: number, now: Date, userId: number): string {
  const shopDomain = `shop-${merchantId}.myshopify.com`;
  const seconds = Math.floor(now.getTime() / 1_000);
  const claims = {
    iss: `https://${shopDomain}/admin`,
    dest: `https://${shopDomain}`,
    aud: client.clientId,
    sub: String(userId),
    exp: seconds + 60,
    nbf: seconds,
    iat: seconds,
  };
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', client.clientSecret).update(signed).digest('base64url')}`;
}

/** As Shopify's app proxy passes a shopper's request on; `null` is a visitor who is not signed in. */
export function proxied(address: string, of: { merchantId: number; customerId: number | null; now: Date }): string {
  const url = new URL(address);
  const query: [string, string][] = [
    ...url.searchParams,
    ['shop', `shop-${of.merchantId}.myshopify.com`],
    ['logged_in_customer_id', String(of.customerId ?? '')],
    ['path_prefix', '/apps/loyalnest'],
    ['timestamp', String(Math.floor(of.now.getTime() / 1_000))],
  ];
  const message = query
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join('');
  const signature = createHmac('sha256', client.clientSecret).update(message).digest('hex');
  url.search = new URLSearchParams([...query, ['signature', signature]]).toString();
  return url.toString();
}
