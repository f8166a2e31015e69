import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { readAppToml, startSimulator, type Clock, type Simulator } from '../src/index.ts';

export const CLIENT_ID = 'test-client-id';
export const CLIENT_SECRET = 'test-client-secret';
export const SHOP = 'demo.myshopify.com';
export const TOML = fileURLToPath(new URL('./shopify.app.toml', import.meta.url));

export type Received = { method: string; path: string; headers: IncomingHttpHeaders; body: string };
export type FakeApp = {
  url: string;
  received: Received[];
  /** Webhooks only, in the order of their arrival. */
  webhooks(topic?: string): Received[];
  /** The status of the next answers; undefined: no answer at all. */
  answer: (request: Received) => number | undefined;
  /** What the answers carry besides. */
  headers: Record<string, string>;
  /** The answers' body. */
  content: string | Buffer;
};

/** The product's place: remembers what arrives and answers what the test wants. */
export async function startFakeApp(): Promise<FakeApp> {
  const app: FakeApp = {
    url: '',
    received: [],
    webhooks: (topic) =>
      app.received.filter(({ headers }) => (topic ? headers['x-shopify-topic'] === topic : headers['x-shopify-topic'])),
    answer: () => 200,
    headers: {},
    content: '{"ok":true}',
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const received = { method, path: url, headers, body: Buffer.concat(chunks).toString() };
      app.received.push(received);
      const status = app.answer(received);
      if (status === undefined) return;
      const sent = { 'Set-Cookie': 'app=1', 'Content-Type': 'application/json', ...app.headers };
      response.writeHead(status, sent).end(status === 304 ? undefined : app.content);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  app.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return app;
}

export type Answer = { status: number; body: any }; // oxlint-disable-line typescript/no-explicit-any -- JSON of any shape
export type Bench = {
  app: FakeApp;
  simulator: Simulator;
  control(method: string, path: string, body?: unknown): Promise<Answer>;
  /** The body of an answer that has to succeed. */
  done(method: string, path: string, body?: unknown): Promise<Answer['body']>;
  shopify(path: string, init?: { method?: string; headers?: Record<string, string>; body?: string }): Promise<Response>;
  token(): Promise<string>;
  graphql(query: string, variables?: Record<string, unknown>, token?: string): Promise<Answer['body']>;
  idle(): Promise<void>;
};

type BenchOptions = {
  clock?: Clock;
  installed?: boolean;
  dataDir?: string;
  shop?: Record<string, unknown>;
  seed?: string;
};

/** A simulator with the shop `demo`, where the app is installed, and the fake app. */
export async function startBench(options: BenchOptions = {}): Promise<Bench> {
  const app = await startFakeApp();
  const simulator = await startSimulator({
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    appUrl: app.url,
    toml: readAppToml(TOML),
    clock: options.clock,
    dataDir: options.dataDir,
    seed: options.seed,
  });
  onTestFinished(() => simulator.close());
  const bench = benchOf(app, simulator);
  if (!simulator.world.store.findShop(SHOP)) await bench.done('POST', '/shops', { domain: 'demo', ...options.shop });
  if (options.installed !== false) await bench.done('POST', '/shops/demo/install', { open: false });
  return bench;
}

function benchOf(app: FakeApp, simulator: Simulator): Bench {
  let access: string | undefined;
  const bench: Bench = {
    app,
    simulator,
    async control(method, path, body) {
      const response = await fetch(`${simulator.url}/control${path}`, {
        method,
        ...(body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
      });
      return { status: response.status, body: await response.json() };
    },
    async done(method, path, body) {
      const answer = await bench.control(method, path, body);
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
    shopify: (path, { method = 'GET', headers = {}, body } = {}) =>
      fetch(`${simulator.url}${path}`, {
        method,
        headers: { 'X-Forwarded-Host': SHOP, ...headers },
        redirect: 'manual',
        ...(body === undefined ? {} : { body }),
      }),
    async token() {
      const { sessionToken } = await bench.done('POST', '/shops/demo/session-token');
      const response = await exchange(bench, { subject_token: sessionToken });
      return ((await response.json()) as { access_token: string }).access_token;
    },
    async graphql(query, variables, token) {
      access ??= token ?? (await bench.token());
      const response = await bench.shopify('/admin/api/2026-10/graphql.json', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Shopify-Access-Token': token ?? access },
        body: JSON.stringify({ query, variables }),
      });
      return response.json();
    },
    async idle() {
      const { idle } = await bench.done('GET', '/idle');
      if (!idle) throw new Error('deliveries are still pending');
    },
  };
  return bench;
}

export function exchange(bench: Bench, change: Record<string, unknown>): Promise<Response> {
  return bench.shopify('/admin/oauth/access_token', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      requested_token_type: 'urn:shopify:params:oauth:token-type:offline-access-token',
      expiring: '1',
      ...change,
    }),
  });
}

export function signatureOf(body: string): string {
  return createHmac('sha256', CLIENT_SECRET).update(body).digest('base64');
}

export function payloadOf(webhook: Received | undefined): Answer['body'] {
  if (!webhook) throw new Error('the webhook did not arrive');
  return JSON.parse(webhook.body);
}
