import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProgrammeSettings } from '@loyalnest/contracts/programme';
import type { StreamMessage, StreamToken } from '@loyalnest/contracts/rest/stream';
import { ManualClock } from '@loyalnest/platform/clock';
import { loadConfig, type Config } from '@loyalnest/platform/config/config';
import type { Database } from '@loyalnest/platform/database/database';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import type { StreamLimits } from '@loyalnest/platform/realtime/stream';
import { start, type RunningApp } from '@loyalnest/platform/run';
import { createLogger } from '@loyalnest/platform/telemetry/logger';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { SocketClient } from '@loyalnest/platform/testing/socket-client';
import { vi } from 'vitest';
import { points } from '../src/index.ts';
import { OrderIntake } from '../src/intake/order-intake.ts';
import type { Entry } from '../src/ledger/book.ts';
import { Ledger } from '../src/ledger/ledger.service.ts';
import type { OrderSnapshot } from '../src/orders/order-snapshot.ts';
import { aSnapshot, facts } from './orders.ts';
import { installShop } from './programme.ts';

export const clientSecret = 'a-client-secret-for-tests';
const clientId = 'test-client';

type RoomOptions = { limits?: Partial<StreamLimits>; widgetFolder?: string };

/** The service on a database of its own; it can be ended and started again. */
export class StreamRoom {
  readonly clock = new ManualClock('2026-03-02T09:00:00Z');
  readonly databases: TestDatabase;
  readonly database: Database;
  readonly #config: Config;
  readonly #folder: string;
  readonly #options: RoomOptions;
  readonly #clients: StreamClient[] = [];
  #running: RunningApp | undefined;
  #next = 0;

  private constructor(options: RoomOptions & { databases: TestDatabase; config: Config; folder: string }) {
    this.databases = options.databases;
    this.database = options.databases.as('points');
    this.#config = options.config;
    this.#folder = options.folder;
    this.#options = options;
  }

  static async open(options: RoomOptions = {}): Promise<StreamRoom> {
    const databases = await cloneDatabase();
    await databases.owner.query('select points.ensure_transaction_partitions($1::date, 4)', ['2026-01-01']);
    const folder = mkdtempSync(join(tmpdir(), 'loyalnest-stream-'));
    const keyFile = join(folder, 'keys.json');
    const keys = { current: 1, keys: { 1: randomBytes(32).toString('base64') } };
    writeFileSync(keyFile, JSON.stringify(keys), { mode: 0o600 });
    const config = loadConfig({
      DATABASE_URL: databases.ownerUrl,
      DATABASE_ROLE_SECRET: databases.roleSecret,
      // Nobody answers there: what needs Shopify is tested with the whole.
      AUTH_RPC_URL: 'http://127.0.0.1:9',
      SHOPIFY_CLIENT_ID: clientId,
      SHOPIFY_CLIENT_SECRET: clientSecret,
      MASTER_KEY_FILE: keyFile,
      APP_URL: 'https://loyalnest.example',
      PORT: '0',
    });
    const room = new StreamRoom({ databases, config, folder, ...options });
    await room.start();
    return room;
  }

  get running(): RunningApp {
    if (!this.#running) throw new Error('the service does not run');
    return this.#running;
  }

  async start(): Promise<void> {
    const logger = createLogger({ level: 'silent', service: 'points' });
    this.#running = await start({
      config: this.#config,
      services: [points],
      clock: this.clock,
      logger,
      runsJobs: false,
      streamLimits: this.#options.limits ?? {},
      ...(this.#options.widgetFolder === undefined ? {} : { widgetFolder: this.#options.widgetFolder }),
    });
  }

  async stop(): Promise<void> {
    await this.#running?.close();
    this.#running = undefined;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.cut();
    await this.stop();
    await this.databases.close();
    rmSync(this.#folder, { recursive: true });
  }

  install(merchantId: number, shop: { currency?: string; settings?: Partial<ProgrammeSettings> } = {}): Promise<void> {
    return installShop(this.database, this.clock, { merchantId, ...shop });
  }

  /** An order as a webhook brings it; 37 points of customer 7 unless told otherwise. */
  order(merchantId: number, orderId: number, change: Partial<OrderSnapshot> = {}): Promise<void> {
    const intake = this.running.app.get(OrderIntake, { strict: false });
    return intake.submit({ merchantId, orderId, facts: facts({ snapshot: aSnapshot(change) }) });
  }

  /** A shopper's request; `null` stands for a visitor who is not signed in. */
  async asShopper<Body>(merchantId: number, customerId: number | null, path: string): Promise<Body> {
    const response = await fetch(this.proxied(merchantId, customerId, path));
    const body = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${body}`);
    return JSON.parse(body) as Body;
  }

  asStaff(merchantId: number, path: string, userId = 42): Promise<Response> {
    return fetch(`${this.running.url}${path}`, {
      headers: { authorization: `Bearer ${this.#sessionToken(merchantId, userId)}` },
    });
  }

  /** Gives a customer points, as many transfers as numbers. */
  give(merchantId: number, customerId: number, ...amounts: number[]): Promise<void> {
    const entries = amounts.map((points) => ({ ...this.#credit(customerId, points), kind: 'earn' as const }));
    return this.#post(
      merchantId,
      entries.map((entry) => ({ ...entry, to: 'available' })),
    );
  }

  /** Gives points by hand. */
  adjust(
    merchantId: number,
    customerId: number,
    by: { points: number; reason: string; actor?: string },
  ): Promise<void> {
    const { points, reason, actor = 'staff:1' } = by;
    const entry = this.#credit(customerId, points);
    return this.#post(merchantId, [{ ...entry, kind: 'adjust', direction: 'credit', reason, actor }]);
  }

  #credit(customerId: number, points: number) {
    this.#next += 1;
    const businessKey = `test/${this.#next}`;
    return { customerId, points, businessKey, actor: 'test', earnedAt: this.clock.now(), expiresAt: null };
  }

  async #post(merchantId: number, entries: readonly Entry[]): Promise<void> {
    const ledger = this.running.app.get(Ledger, { strict: false });
    await this.database.forMerchant(merchantId, (tx) => ledger.post(tx, merchantId, entries, this.clock.now()));
    this.running.app.get(OutboxSignal, { strict: false }).committed();
  }

  customerToken(merchantId: number, customerId: number): Promise<StreamToken> {
    return this.asShopper(merchantId, customerId, '/v1/api/points/stream-token');
  }

  async staffToken(merchantId: number, userId = 42): Promise<StreamToken> {
    const response = await this.asStaff(merchantId, '/v1/api/points/stream-token', userId);
    return (await response.json()) as StreamToken;
  }

  /** Opens a connection and says nothing. */
  connect(): StreamClient {
    const client = new StreamClient(`${this.running.url.replace('http', 'ws')}/api/points/stream`);
    this.#clients.push(client);
    return client;
  }

  async hello(token: string, after: string | null = null): Promise<StreamClient> {
    const client = this.connect();
    await client.opened;
    client.say({ type: 'hello', token, after });
    return client;
  }

  async customer(merchantId: number, customerId: number, after: string | null = null): Promise<StreamClient> {
    const client = await this.hello((await this.customerToken(merchantId, customerId)).token, after);
    await client.expectFirst();
    return client;
  }

  async staff(merchantId: number, after: string | null = null): Promise<StreamClient> {
    const client = await this.hello((await this.staffToken(merchantId)).token, after);
    await client.expectFirst();
    return client;
  }

  /** As Shopify's app proxy passes a shopper's request on. */
  proxied(merchantId: number, customerId: number | null, path: string): string {
    const url = new URL(path, this.running.url);
    const query: [string, string][] = [
      ...url.searchParams,
      ['shop', `shop-${merchantId}.myshopify.com`],
      ['logged_in_customer_id', customerId === null ? '' : String(customerId)],
      ['path_prefix', '/apps/loyalnest'],
      ['timestamp', String(Math.floor(this.clock.now().getTime() / 1_000))],
    ];
    const message = query
      .map(([key, value]) => `${key}=${value}`)
      .sort()
      .join('');
    const signature = createHmac('sha256', clientSecret).update(message).digest('hex');
    url.search = new URLSearchParams([...query, ['signature', signature]]).toString();
    return url.toString();
  }

  /** As App Bridge hands it to a member of staff. */
  #sessionToken(merchantId: number, userId: number): string {
    const shopDomain = `shop-${merchantId}.myshopify.com`;
    const seconds = Math.floor(this.clock.now().getTime() / 1_000);
    const claims = {
      iss: `https://${shopDomain}/admin`,
      dest: `https://${shopDomain}`,
      aud: clientId,
      sub: String(userId),
      exp: seconds + 60,
      nbf: seconds,
      iat: seconds,
    };
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
    return `${signed}.${createHmac('sha256', clientSecret).update(signed).digest('base64url')}`;
  }
}

type Update = Extract<StreamMessage, { type: 'update' }>;

/** What a page does with the stream: remembers every message, and the position of the last. */
export class StreamClient extends SocketClient {
  readonly messages: StreamMessage[];

  constructor(url: string) {
    const messages: StreamMessage[] = [];
    super(url, (text) => messages.push(JSON.parse(text) as StreamMessage));
    this.messages = messages;
  }

  get updates(): Update[] {
    return this.messages.filter((message) => message.type === 'update');
  }

  get points(): number[] {
    return this.updates.map(({ transfer }) => transfer.points);
  }

  get position(): string | null {
    const last = this.messages.findLast((message) => message.type !== 'problem');
    return last?.position ?? null;
  }

  async expectFirst(): Promise<StreamMessage> {
    return vi.waitFor(() => {
      const [first] = this.messages;
      if (!first) throw new Error('nothing came');
      return first;
    }, waiting);
  }

  async expectUpdates(count: number): Promise<Update[]> {
    return vi.waitFor(() => {
      if (this.updates.length < count) throw new Error(`${this.updates.length} of ${count} updates came`);
      return this.updates;
    }, waiting);
  }
}

const waiting = { timeout: 20_000, interval: 5 };
