import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { ManualClock } from '@loyalnest/platform/clock';
import { loadConfig } from '@loyalnest/platform/config/config';
import { EventConsumer } from '@loyalnest/platform/events/consumer';
import type { DeliveredEvent } from '@loyalnest/platform/events/outbox';
import { start, type RunningApp } from '@loyalnest/platform/run';
import { createLogger } from '@loyalnest/platform/telemetry/logger';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { eventTracking } from '../src/index.ts';

export type Row = Record<string, unknown>;

/** The room, started on a database of its own, with a clock that stands still. */
export type Room = {
  running: RunningApp;
  database: TestDatabase;
  clock: ManualClock;
  /** As the relay hands events over. */
  consumer: EventConsumer;
  log(): string;
  /** Looks at what happened, past row-level security. */
  rows<R extends Row = Row>(sql: string, values?: readonly unknown[]): Promise<R[]>;
  /** Product events recorded for a merchant, oldest first. */
  recorded(merchantId: number): Promise<Row[]>;
  /** Makes the shop known, as the event of its installation does. */
  install(merchantId: number): Promise<string>;
  /** Reports events as a page of the merchant, or of the storefront. */
  report(caller: Caller, body: unknown): Promise<{ status: number; body: Row }>;
  job(name: string): Promise<void>;
  /** Another start on the same database. */
  restart(env?: Record<string, string>): Promise<Room>;
  stop(): Promise<void>;
  close(): Promise<void>;
};

export type Caller = { shop: string } & ({ staff: true } | { customerId: number | null });

const clientSecret = 'a-client-secret-for-tests';

type Ground = { database: TestDatabase; folder: string };

export async function openRoom(env: Record<string, string> = {}): Promise<Room> {
  const database = await cloneDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'loyalnest-event-tracking-'));
  const keys = JSON.stringify({ current: 1, keys: { 1: randomBytes(32).toString('base64') } });
  writeFileSync(join(folder, 'keys.json'), keys, { mode: 0o600 });
  return startRoom({ database, folder }, env);
}

async function startRoom({ database, folder }: Ground, env: Record<string, string>): Promise<Room> {
  const clock = new ManualClock('2026-11-20T12:00:00Z');
  const logged: string[] = [];
  const destination = new Writable({ write: (chunk, _encoding, done) => (logged.push(String(chunk)), done()) });
  const config = loadConfig({
    DATABASE_URL: database.ownerUrl,
    DATABASE_ROLE_SECRET: database.roleSecret,
    SHOPIFY_CLIENT_ID: 'client',
    SHOPIFY_CLIENT_SECRET: clientSecret,
    MASTER_KEY_FILE: join(folder, 'keys.json'),
    PORT: '0',
    ...env,
  });
  const logger = createLogger({ level: 'trace', service: 'event-tracking', destination });
  const running = await start({ config, services: [eventTracking], clock, logger, runsJobs: false });
  const handlers = (eventTracking.events ?? []).map((token) => running.app.get(token, { strict: false }));
  const consumer = new EventConsumer({ name: 'event-tracking', database: database.as('event-tracking'), handlers });
  const rows: Room['rows'] = async <R extends Row>(sql: string, values: readonly unknown[] = []) =>
    (await database.owner.query<R>(sql, [...values])).rows;
  return {
    running,
    database,
    clock,
    consumer,
    rows,
    log: () => logged.join(''),
    recorded: (merchantId) =>
      rows(
        'select occurred_at, name, customer_id, properties from event_tracking.events where merchant_id = $1 order by position',
        [merchantId],
      ),
    async install(merchantId) {
      await consumer.receive([aMerchantEvent('merchant.installed.v1', merchantId)]);
      return shopOf(merchantId);
    },
    report: (caller, body) => report(running.url, clock.now(), caller, body),
    job: (name) => running.jobs.runNow(name),
    restart: (next = {}) => startRoom({ database, folder }, next),
    stop: () => running.close(),
    async close() {
      await running.close();
      await database.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export const shopOf = (merchantId: number) => `shop-${merchantId}.myshopify.com`;

let ids = 0;

/** An event as admin-core or points publishes it, with an id of its own. */
export function anEvent(
  type: string,
  merchantId: number,
  payload: Row,
  facts: Partial<DeliveredEvent> = {},
): DeliveredEvent {
  const source = type.startsWith('points.') ? 'points' : 'admin-core';
  const occurredAt = new Date('2026-11-20T11:59:00Z');
  return {
    source,
    id: (ids += 1),
    merchantId,
    key: String(merchantId),
    type,
    payload: { merchantId, ...payload },
    occurredAt,
    ...facts,
  };
}

export function aMerchantEvent(type: string, merchantId: number): DeliveredEvent {
  const shopDomain = shopOf(merchantId);
  return anEvent(type, merchantId, {
    shopDomain,
    currency: 'EUR',
    timezone: 'Europe/Berlin',
    isInstalled: type !== 'merchant.uninstalled.v1',
  });
}

export function anEarning(merchantId: number, customerId: number, facts: Partial<DeliveredEvent> = {}): DeliveredEvent {
  const payload = {
    customerId,
    transferId: 1,
    points: 25,
    orderId: 77,
    redemptionId: null,
    businessKey: 'order/77/earn',
    pending: 0,
    available: 25,
    held: 0,
  };
  return anEvent('points.earned.v1', merchantId, payload, facts);
}

async function report(url: string, now: Date, caller: Caller, body: unknown): Promise<{ status: number; body: Row }> {
  const isStaff = 'staff' in caller;
  const response = await fetch(
    `${url}/v1/api/events${isStaff ? '' : `?${proxyQuery(caller.shop, caller.customerId, now)}`}`,
    {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(isStaff ? { authorization: `Bearer ${sessionToken(caller.shop, now)}` } : {}),
      },
      body: JSON.stringify(body),
    },
  );
  return { status: response.status, body: (await response.json()) as Row };
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

/** A query as Shopify's app proxy signs it. */
function proxyQuery(shop: string, customerId: number | null, now: Date): string {
  const query = new URLSearchParams({
    logged_in_customer_id: customerId === null ? '' : String(customerId),
    path_prefix: '/apps/loyalnest',
    shop,
    timestamp: String(Math.floor(now.getTime() / 1000)),
  });
  const message = [...query]
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join('');
  query.append('signature', createHmac('sha256', clientSecret).update(message).digest('hex'));
  return query.toString();
}
