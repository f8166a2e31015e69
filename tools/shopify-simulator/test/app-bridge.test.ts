import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import { Script } from 'node:vm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startBench, type Bench } from './harness.ts';

type Handlers = Record<string, (data: never) => unknown>;
type Channel = {
  tell(name: string, data?: unknown): void;
  ask(name: string, data?: unknown): Promise<unknown>;
  receive(message: unknown): void;
};
type IdTokens = { get(): Promise<string>; renew(): Promise<string> };
type FetchOptions = { tokens: IdTokens; pageUrl: () => string; appOrigins: string[]; locale: string };

/** The parts of the browser's script that need no page; the compiler sees them with `tsconfig.browser.json`. */
async function load<T>(file: string): Promise<T> {
  return (await import(new URL(`../src/app-bridge/${file}`, import.meta.url).href)) as T;
}
const { createChannel } = await load<{
  createChannel: (post: (message: unknown) => void, handlers: Handlers) => Channel;
}>('channel.js');
const { createIdTokens } = await load<{
  createIdTokens: (options: { ask: () => Promise<string>; steadyNow: () => number }) => IdTokens;
}>('id-token.js');
const { createAppFetch } = await load<{
  createAppFetch: (options: FetchOptions & { fetch: typeof fetch }) => typeof fetch;
}>('app-fetch.js');
const { appPath } = await load<{ appPath: (href: string) => string }>('app-path.js');

/** Both ends of the conversation, over a port that copies messages as a frame's does. */
function connected(admin: Handlers, app: Handlers): { admin: Channel; app: Channel } {
  const { port1, port2 } = new MessageChannel();
  const ends = {
    admin: createChannel((message) => port1.postMessage(message), admin),
    app: createChannel((message) => port2.postMessage(message), app),
  };
  port1.on('message', (message) => ends.admin.receive(message));
  port2.on('message', (message) => ends.app.receive(message));
  onTestFinished(() => port1.close());
  return ends;
}

describe('the conversation between admin and app', () => {
  it('answers questions in both directions, each with its own answer', async () => {
    const { admin, app } = connected(
      { double: ({ n }: { n: number }) => 2 * n },
      { navigate: ({ href }: { href: string }) => href === '/customers' },
    );
    expect(await Promise.all([app.ask('double', { n: 2 }), app.ask('double', { n: 3 })])).toEqual([4, 6]);
    expect(await admin.ask('navigate', { href: '/customers' })).toBe(true);
  });

  it('refuses what is not simulated, by its name, and tells why a handler failed', async () => {
    const { app } = connected({ fail: () => Promise.reject(new Error('no id token')) }, {});
    await expect(app.ask('toString')).rejects.toThrow('toString is not simulated');
    await expect(app.ask('fail')).rejects.toThrow('no id token');
  });

  it('takes no notice of messages that are not for it', () => {
    const { admin } = connected({}, {});
    for (const message of [null, 'text', 4, {}, { kind: 'tell', name: 'x' }, { protocol: 'another/1' }]) {
      expect(() => admin.receive(message)).not.toThrow();
    }
  });
});

async function askAdmin(bench: Bench): Promise<string> {
  const response = await fetch(`${bench.simulator.url}/store/demo/_/id-token`, { method: 'POST' });
  return ((await response.json()) as { idToken: string }).idToken;
}

describe('id tokens in the app', () => {
  it('are asked for once while they are good, and anew shortly before they are over', async () => {
    const bench = await startBench();
    let now = 0;
    let asked = 0;
    const tokens = createIdTokens({ ask: () => (asked++, askAdmin(bench)), steadyNow: () => now });
    const [first, again] = await Promise.all([tokens.get(), tokens.get()]);
    expect(again).toBe(first);
    now = 54_000;
    expect(await tokens.get()).toBe(first);
    expect(asked).toBe(1);
    now = 56_000;
    expect(await tokens.get()).not.toBe(first);
    expect(asked).toBe(2);
  });

  it('are asked for again after the admin had none', async () => {
    const bench = await startBench();
    let isOffline = true;
    const ask = () => (isOffline ? Promise.reject(new Error('offline')) : askAdmin(bench));
    const tokens = createIdTokens({ ask, steadyNow: () => 0 });
    await expect(tokens.get()).rejects.toThrow('offline');
    isOffline = false;
    await expect(tokens.get()).resolves.toMatch(/^eyJ/);
  });
});

describe("the app's fetch", () => {
  async function appFetchOf(bench: Bench, options: Partial<FetchOptions> = {}): Promise<typeof fetch> {
    const tokens = createIdTokens({ ask: () => askAdmin(bench), steadyNow: () => performance.now() });
    const pageUrl = () => `${bench.app.url}/customers`;
    return createAppFetch({ fetch, tokens, pageUrl, appOrigins: [], locale: 'ar', ...options });
  }

  it("carries the id token and the merchant's language to the app", async () => {
    const bench = await startBench();
    const appFetch = await appFetchOf(bench);
    await appFetch('/v1/api/merchant', { headers: { 'X-Own': '1' } });
    const { headers, path } = bench.app.received.at(-1) ?? {};
    expect(path).toBe('/v1/api/merchant');
    expect(headers).toMatchObject({ 'accept-language': 'ar', 'x-own': '1' });
    expect(headers?.authorization).toMatch(/^Bearer eyJ/);
  });

  it('carries nothing to others, unless the app says that they are its own', async () => {
    const bench = await startBench();
    const other = await startBench();
    await (
      await appFetchOf(bench)
    )(`${other.app.url}/x`);
    expect(other.app.received.at(-1)?.headers.authorization).toBeUndefined();
    await (
      await appFetchOf(bench, { appOrigins: [other.app.url] })
    )(`${other.app.url}/x`);
    expect(other.app.received.at(-1)?.headers.authorization).toMatch(/^Bearer eyJ/);
  });

  it("leaves the app's own Authorization", async () => {
    const bench = await startBench();
    await (
      await appFetchOf(bench)
    )('/x', { headers: { Authorization: 'Bearer mine' } });
    expect(bench.app.received.at(-1)?.headers.authorization).toBe('Bearer mine');
  });

  it('repeats a request with its body once, with a new token, when the app asks for that', async () => {
    const bench = await startBench();
    const appFetch = await appFetchOf(bench);
    bench.app.headers = { 'X-Shopify-Retry-Invalid-Session-Request': '1' };
    bench.app.answer = () => (bench.app.received.length === 1 ? 401 : 200);
    const response = await appFetch(new Request(`${bench.app.url}/x`, { method: 'POST', body: 'points' }));
    expect(response.status).toBe(200);
    expect(bench.app.received.map(({ body }) => body)).toEqual(['points', 'points']);
    const [first, second] = bench.app.received.map(({ headers }) => headers.authorization);
    expect(second).not.toBe(first);

    bench.app.answer = () => 401;
    expect((await appFetch('/x')).status).toBe(401);
    expect(bench.app.received).toHaveLength(4);
  });

  it('does not repeat what was refused for another reason', async () => {
    const bench = await startBench();
    bench.app.answer = () => 401;
    expect((await (await appFetchOf(bench))('/x')).status).toBe(401);
    expect(bench.app.received).toHaveLength(1);
  });

  it('says that Direct API access is not simulated', async () => {
    const bench = await startBench();
    const appFetch = await appFetchOf(bench);
    await expect(appFetch('shopify:admin/api/2026-10/graphql.json')).rejects.toThrow('not simulated');
  });
});

describe("the app's address", () => {
  it.each([
    ['http://app.test/customers?shop=a&hmac=b&host=c&id_token=d&embedded=1', '/customers'],
    ['http://app.test/?days=30&locale=ar&timestamp=1&session=2#top', '/?days=30#top'],
  ])('is %s in the admin as %s', (href, path) => {
    expect(appPath(href)).toBe(path);
  });
});

describe('the scripts', () => {
  it.each(['/shopifycloud/app-bridge.js', '/store-assets/admin.js'])('%s is one plain script', async (path) => {
    const bench = await startBench();
    const response = await fetch(`${bench.simulator.url}${path}`);
    expect(response.headers.get('content-type')).toContain('text/javascript');
    const text = await response.text();
    expect(() => new Script(text)).not.toThrow();
    expect(text).not.toMatch(/^\s*(import|export) /m);
  });

  it('agree with the types that Shopify publishes for App Bridge, and have all of its members', async () => {
    const compiler = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));
    const project = fileURLToPath(new URL('../tsconfig.browser.json', import.meta.url));
    const output = await new Promise((resolve) =>
      execFile(process.execPath, [compiler, '-p', project], (_error, stdout) => resolve(stdout)),
    );
    expect(output).toBe('');
  });
});
