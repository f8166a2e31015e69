import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StreamToken } from '@loyalnest/contracts/rest/stream';
import { SystemClock } from '@loyalnest/platform/clock';
import { serviceDatabaseUrl } from '@loyalnest/platform/database/roles';
import { startKafkaBroker, type KafkaBroker } from '@loyalnest/platform/local-servers/kafka-broker';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { freePort } from '@loyalnest/platform/testing/ports';
import { buildProgram, type BuiltProgram, type RunningProgram } from '@loyalnest/platform/testing/program';
import { startTestRedis, type TestRedis } from '@loyalnest/platform/testing/redis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { installShop } from './programme.ts';
import { StreamClient } from './stream-room.ts';

const clientSecret = 'a-client-secret-for-tests';
const merchantId = 1;
const shopDomain = `shop-${merchantId}.myshopify.com`;
/** The first start on a machine fetches Kafka. */
const startMs = 600_000;

let folder: string;
let databases: TestDatabase;
let redis: TestRedis;
let kafka: KafkaBroker;
let program: BuiltProgram;
const processes: PointsProcess[] = [];
const clients: StreamClient[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'loyalnest-stream-processes-'));
  const keys = { current: 1, keys: { 1: randomBytes(32).toString('base64') } };
  writeFileSync(join(folder, 'keys.json'), JSON.stringify(keys), { mode: 0o600 });
  const ports = { clients: await freePort(), controller: await freePort() };
  [databases, redis, kafka, program] = await Promise.all([
    cloneDatabase(),
    startTestRedis(),
    startKafkaBroker({ folder: join(folder, 'kafka'), ports }),
    buildProgram(fileURLToPath(new URL('../src/main.ts', import.meta.url))),
  ]);
  await installShop(databases.as('points'), new SystemClock(), { merchantId });
}, startMs);

afterAll(async () => {
  for (const client of clients) client.cut();
  await Promise.all(processes.map(({ running }) => running.stop('SIGKILL')));
  await Promise.all([kafka.kill(), redis.close()]);
  program.remove();
  await databases.close();
  rmSync(folder, { recursive: true, force: true });
});

type PointsProcess = { url: string; running: RunningProgram };

/** As nginx has several of: nothing in it says that there is another. */
async function startProcess(): Promise<PointsProcess> {
  const { ownerUrl, roleSecret } = databases;
  const port = await freePort();
  const running = program.start({
    PATH: process.env['PATH'] ?? '',
    PORT: String(port),
    DATABASE_URL: serviceDatabaseUrl({ databaseUrl: ownerUrl, service: 'points', roleSecret }),
    REDIS_URL: redis.url,
    KAFKA_BROKERS: kafka.brokers,
    RPC_SECRET: 'what services know each other by',
    // Nobody answers there: earning and updates ask nobody.
    AUTH_RPC_URL: 'http://127.0.0.1:9',
    MASTER_KEY_FILE: join(folder, 'keys.json'),
    SHOPIFY_CLIENT_ID: 'test-client',
    SHOPIFY_CLIENT_SECRET: clientSecret,
  });
  const started = { url: `http://127.0.0.1:${port}`, running };
  processes.push(started);
  await running.says('"listening"');
  return started;
}

/** A shopper's page, at that process; with a position it goes on from there. */
async function openPage(at: PointsProcess, customerId: number, after: string | null = null): Promise<StreamClient> {
  const query: [string, string][] = [
    ['logged_in_customer_id', String(customerId)],
    ['path_prefix', '/apps/loyalnest'],
    ['shop', shopDomain],
    ['timestamp', String(Math.floor(Date.now() / 1_000))],
  ];
  const message = query.map(([key, value]) => `${key}=${value}`).join('');
  const signature = createHmac('sha256', clientSecret).update(message).digest('hex');
  const signed = new URLSearchParams([...query, ['signature', signature]]);
  const response = await fetch(`${at.url}/v1/api/points/stream-token?${signed.toString()}`);
  expect(response.status).toBe(200);
  const { token } = (await response.json()) as StreamToken;
  const client = new StreamClient(`${at.url.replace('http', 'ws')}/api/points/stream`);
  clients.push(client);
  await client.opened;
  client.say({ type: 'hello', token, after });
  expect(await client.expectFirst()).toMatchObject({ type: 'welcome' });
  return client;
}

/** An order over as many points, delivered to that process; `false` if it went away with it. */
async function deliver(at: PointsProcess, customerId: number, points: number): Promise<boolean> {
  const now = new Date().toISOString();
  const price = `${points}.00`;
  const body = JSON.stringify({
    ...{ id: customerId * 1_000_000 + points, name: `#${points}`, created_at: now, updated_at: now, currency: 'EUR' },
    ...{ financial_status: 'paid', fulfillment_status: null, total_price: price, taxes_included: false, test: false },
    ...{ customer: { id: customerId }, payment_gateway_names: ['shopify_payments'], refunds: [] },
    line_items: [{ id: points, product_id: null, quantity: 1, current_quantity: 1, price, gift_card: false }],
  });
  try {
    const response = await fetch(`${at.url}/webhooks/shopify`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'x-shopify-topic': 'orders/create',
        'x-shopify-shop-domain': shopDomain,
        'x-shopify-webhook-id': randomUUID(),
        'x-shopify-hmac-sha256': createHmac('sha256', clientSecret).update(body).digest('base64'),
      },
    });
    expect(response.status).toBe(200);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

it('tells shoppers at two processes their own updates once each, and goes on at the other when one is killed', async () => {
  const [one, two] = [await startProcess(), await startProcess()];
  const [anna, boris] = [11, 22];
  let annasPage = await openPage(one, anna);
  const borisPage = await openPage(two, boris);

  // Each customer's orders one after the other, as a shop has them; those of different customers at the same time.
  const buy = async (customerId: number, from: number, to: number) => {
    for (const points of numbers(from, to)) {
      const [first, second] = points % 2 === 0 ? [one, two] : [two, one];
      // As Shopify does: what was not answered is delivered again, here or there.
      if (!(await deliver(first, customerId, points))) expect(await deliver(second, customerId, points)).toBe(true);
    }
  };
  // Somebody whom nobody listens to, and whose updates nobody is to hear.
  await Promise.all([buy(anna, 101, 140), buy(boris, 201, 240), buy(33, 301, 340)]);
  await Promise.all([annasPage.expectUpdates(40), borisPage.expectUpdates(40)]);
  expect(annasPage.points).toEqual(numbers(101, 140));
  expect(borisPage.points).toEqual(numbers(201, 240));

  // Killed with orders under way at both: what of them was committed, nobody was told.
  const buying = Promise.all([buy(anna, 141, 200), buy(boris, 241, 300), buy(33, 341, 400)]);
  await annasPage.expectUpdates(50);
  await one.running.stop('SIGKILL');
  expect(await annasPage.closed).toBe(1006);
  const before = annasPage.points;
  annasPage = await openPage(two, anna, annasPage.position);
  await buying;
  await Promise.all([annasPage.expectUpdates(100 - before.length), borisPage.expectUpdates(100)]);

  // Whatever is told after these has been told for all that came before.
  await Promise.all([deliver(two, anna, 401), deliver(two, boris, 402)]);
  await Promise.all([annasPage.expectUpdates(101 - before.length), borisPage.expectUpdates(101)]);
  expect(before.length).toBeLessThan(100);
  expect([...before, ...annasPage.points]).toEqual([...numbers(101, 200), 401]);
  expect(borisPage.points).toEqual([...numbers(201, 300), 402]);
  for (const [page, customerId] of [
    [annasPage, anna],
    [borisPage, boris],
  ] as const)
    expect(new Set(page.updates.map(({ transfer }) => transfer.customerId))).toEqual(new Set([customerId]));
  const kinds = clients.flatMap(({ messages }) => messages.map(({ type }) => type));
  expect(new Set(kinds)).toEqual(new Set(['welcome', 'update']));
});
