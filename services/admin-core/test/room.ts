import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { Client } from '@connectrpc/connect';
import { AdminService } from '@loyalnest/contracts/proto/loyalnest/admin/v1/admin_pb';
import { ManualClock } from '@loyalnest/platform/clock';
import { loadConfig } from '@loyalnest/platform/config/config';
import { RpcClients } from '@loyalnest/platform/rpc/rpc';
import { start, type RunningApp } from '@loyalnest/platform/run';
import { createLogger } from '@loyalnest/platform/telemetry/logger';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { adminCore } from '../src/index.ts';

export type Row = Record<string, unknown>;

export type Delivery = {
  shop: string;
  topic: string;
  body: unknown;
  webhookId?: string;
  triggeredAt?: string;
};

export type ApiOptions = { method?: 'GET' | 'POST'; token?: string | null };
export type Answer<Body> = { status: number; body: Body };

/** The room, started on a database of its own, with a clock that stands still. */
export type Room = {
  running: RunningApp;
  database: TestDatabase;
  clock: ManualClock;
  admin: Client<typeof AdminService>;
  /** Everything logged so far. */
  log(): string;
  keyFile: string;
  rotateKey(): void;
  /** Looks at what happened, past row-level security. */
  rows<R extends Row = Row>(sql: string, values?: readonly unknown[]): Promise<R[]>;
  /** Events published so far, oldest first. */
  events(type?: string): Promise<{ type: string; key: string; payload: unknown }[]>;
  install(shopDomain: string): Promise<number>;
  /** Sends a signed webhook through the door; a string or buffer is sent as it is. Gives the status. */
  deliver(delivery: Delivery): Promise<number>;
  /** Calls the API as a member of the shop's staff; with `token: null` as nobody. */
  api<Body = Row>(shop: string, path: string, options?: ApiOptions): Promise<Answer<Body>>;
  /** Runs the job of that name. */
  job(name: string): Promise<void>;
  close(): Promise<void>;
};

const clientSecret = 'a-client-secret-for-tests';

export const aShop = { name: 'Example', currency: 'EUR', timezone: 'Europe/Berlin', shopifyPlan: 'Basic' };

export async function openRoom(): Promise<Room> {
  const database = await cloneDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'loyalnest-admin-core-'));
  const keyFile = join(folder, 'keys.json');
  addKey(keyFile);
  const clock = new ManualClock('2026-11-20T12:00:00Z');
  const logged: string[] = [];
  const stream = new Writable({ write: (chunk, _encoding, done) => (logged.push(String(chunk)), done()) });
  const config = loadConfig({
    DATABASE_URL: database.ownerUrl,
    DATABASE_ROLE_SECRET: database.roleSecret,
    SHOPIFY_CLIENT_ID: 'client',
    SHOPIFY_CLIENT_SECRET: clientSecret,
    MASTER_KEY_FILE: keyFile,
    PORT: '0',
  });
  const logger = createLogger({ level: 'trace', service: 'admin-core', destination: stream });
  const running = await start({ config, services: [adminCore], clock, logger, runsJobs: false });
  const admin = running.app.get(RpcClients).client(AdminService);
  const rows: Room['rows'] = async <R extends Row>(sql: string, values: readonly unknown[] = []) =>
    (await database.owner.query<R>(sql, [...values])).rows;
  return {
    running,
    database,
    clock,
    admin,
    rows,
    log: () => logged.join(''),
    keyFile,
    rotateKey: () => addKey(keyFile),
    events: (type) =>
      rows('select type, key, payload from admin_core.outbox where $1::text is null or type = $1 order by xid, id', [
        type ?? null,
      ]),
    async install(shopDomain) {
      const { merchantId } = await admin.installMerchant({ ...aShop, shopDomain });
      return Number(merchantId);
    },
    deliver: (delivery) => deliver(running.url, delivery),
    api: (shop, path, options = {}) => call(running.url, path, { token: sessionToken(shop, clock.now()), ...options }),
    job: (name) => running.jobs.runNow(name),
    async close() {
      await running.close();
      await database.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function deliver(url: string, { shop, topic, body, webhookId, triggeredAt }: Delivery): Promise<number> {
  const raw = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const response = await fetch(`${url}/webhooks/shopify`, {
    method: 'POST',
    body: raw,
    headers: {
      'content-type': 'application/json',
      'x-shopify-topic': topic,
      'x-shopify-shop-domain': shop,
      'x-shopify-webhook-id': webhookId ?? randomUUID(),
      'x-shopify-hmac-sha256': createHmac('sha256', clientSecret).update(raw).digest('base64'),
      ...(triggeredAt === undefined ? {} : { 'x-shopify-triggered-at': triggeredAt }),
    },
  });
  await response.arrayBuffer();
  return response.status;
}

async function call<Body>(url: string, path: string, { method = 'GET', token }: ApiOptions): Promise<Answer<Body>> {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const response = await fetch(`${url}/${path}`, { method, headers });
  return { status: response.status, body: (await response.json()) as Body };
}

/** A session token as Shopify signs it. */
function sessionToken(shop: string, now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000);
  const encode = (part: Row) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const claims = {
    iss: `https://${shop}/admin`,
    dest: `https://${shop}`,
    aud: 'client',
    sub: '42',
    exp: seconds + 60,
    nbf: seconds,
    iat: seconds,
  };
  const unsigned = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${unsigned}.${createHmac('sha256', clientSecret).update(unsigned).digest('base64url')}`;
}

/** Makes a key file, or adds a version to it and makes that current. */
function addKey(path: string): void {
  let file = { current: 0, keys: {} as Record<string, string> };
  try {
    file = JSON.parse(readFileSync(path, 'utf8')) as typeof file;
  } catch {
    // The first version.
  }
  const current = file.current + 1;
  const keys = { ...file.keys, [current]: randomBytes(32).toString('base64') };
  writeFileSync(path, JSON.stringify({ current, keys }), { mode: 0o600 });
}

/** `customers/create` as Shopify sends it, in the parts that we read and some that we do not. */
export function aCustomer(facts: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 7_000_000_001,
    email: 'Ada.Lovelace@Example.com',
    phone: '+44 20 7946 0000',
    first_name: 'Ada',
    last_name: 'Lovelace',
    state: 'enabled',
    note: 'likes engines',
    tags: 'vip, engines',
    created_at: '2026-11-20T13:00:00+01:00',
    updated_at: '2026-11-20T13:00:00+01:00',
    default_address: { address1: '12 St James Square', city: 'London' },
    ...facts,
  };
}
