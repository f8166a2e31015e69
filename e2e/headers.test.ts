import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@loyalnest/dev/instance';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { Shop, signedQuery } from './shop.ts';

// What browsers are told besides the content, to the letter: both shapes say the same, whoever sends the file.

const running = inject('running');
let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open(running, 'headers');
});

/** These differ from answer to answer, or say how it was carried. */
const carriage = ['accept-ranges', 'connection', 'content-length', 'date', 'etag', 'keep-alive', 'last-modified'];
const hops = ['server', 'transfer-encoding'];

type Look = { status: number; headers: Record<string, string> };

async function look(path: string, headers: Record<string, string> = {}): Promise<Look> {
  // Without it, one is made up on the way.
  const response = await fetch(running.serverUrl + path, { headers: { 'accept-encoding': 'identity', ...headers } });
  await response.arrayBuffer();
  const told = [...response.headers].filter(([name]) => ![...carriage, ...hops].includes(name));
  return { status: response.status, headers: Object.fromEntries(told) };
}

const always = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };
const problem = { ...always, 'content-type': 'application/problem+json; charset=utf-8' };
const forGood = { 'cache-control': 'public, max-age=31536000, immutable', vary: 'accept-encoding' };
const anywhere = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' };

/** A script of the build that was compressed, too. */
function scriptIn(folder: string): string {
  const names = readdirSync(join(root, folder));
  const name = names.find((one) => one.endsWith('.js') && one !== 'loader.js' && names.includes(`${one}.br`));
  if (!name) throw new Error(`${folder} is not built`);
  return name;
}

describe('the dashboard', () => {
  const policy = (ancestors: string) =>
    [
      "default-src 'none'",
      `script-src 'self' ${running.simulatorUrl}`,
      "style-src 'self'",
      `img-src 'self' data: ${running.simulatorUrl}`,
      "font-src 'self'",
      `connect-src 'self' ${running.serverUrl.replace('http', 'ws')} ${running.simulatorUrl} ${running.simulatorUrl}`,
      "base-uri 'none'",
      "form-action 'self'",
      `frame-ancestors ${ancestors}`,
    ].join('; ');
  const document = (ancestors: string) => ({
    status: 200,
    headers: {
      ...always,
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'content-security-policy': policy(ancestors),
    },
  });

  it('may be framed by the admin and the one shop that its address names, and by nobody else', async () => {
    const framed = document(`https://${shop.domain} ${running.simulatorUrl}`);
    expect(await look(`/?shop=${shop.domain}`)).toEqual(framed);
    expect(await look(`/customers/5?shop=${shop.domain}&locale=ar`)).toEqual(framed);
    expect(await look('/')).toEqual(document("'none'"));
    expect(await look(`/?shop=${shop.domain}%20evil.example`)).toEqual(document("'none'"));
  });

  it('has files that are kept for good, in the smallest form that a browser takes', async () => {
    const path = `/assets/${scriptIn('apps/dashboard/dist/assets')}`;
    const plain = { ...always, ...forGood, 'content-type': 'application/javascript; charset=utf-8' };
    for (const [accepted, encoding] of encodings) {
      const headers = { ...plain, ...(encoding ? { 'content-encoding': encoding } : {}) };
      expect([accepted, await look(path, { 'accept-encoding': accepted })]).toEqual([
        accepted,
        { status: 200, headers },
      ]);
    }
  });
});

const encodings = [
  ['identity', undefined],
  ['gzip', 'gzip'],
  ['gzip, deflate, br', 'br'],
  ['br;q=0, gzip;q=0.5', 'gzip'],
] as const;

describe('the widget', () => {
  it('has files that every page may load', async () => {
    const path = `/widget/${scriptIn('apps/widget/dist')}`;
    const plain = { ...always, ...forGood, ...anywhere, 'content-type': 'text/javascript; charset=utf-8' };
    for (const [accepted, encoding] of encodings) {
      const headers = { ...plain, ...(encoding ? { 'content-encoding': encoding } : {}) };
      expect([accepted, await look(path, { 'accept-encoding': accepted })]).toEqual([
        accepted,
        { status: 200, headers },
      ]);
    }
  });

  it('has a loader for who comes through the app proxy, which is asked for anew', async () => {
    const facts = { shop: shop.domain, logged_in_customer_id: '' };
    const query = signedQuery(new URLSearchParams(), facts, running.clientSecret);
    const headers = {
      ...always,
      ...anywhere,
      'content-type': 'text/javascript; charset=utf-8',
      vary: 'accept-encoding',
    };
    expect(await look(`/widget/loader.js?${query.toString()}`)).toEqual({
      status: 200,
      headers: { ...headers, 'cache-control': 'public, max-age=300' },
    });
    expect(await look('/widget/loader.js')).toMatchObject({ status: 401, headers: problem });
  });
});

it('what is not there is a problem wherever something could be', async () => {
  const paths = [
    '/assets/none.js',
    '/assets/none',
    '/widget/none.js',
    '/v1/none',
    '/v1/api/none',
    '/v1/api/points/none',
  ];
  for (const path of [...paths, '/admin/none', '/webhooks/none']) {
    const response = await fetch(running.serverUrl + path);
    expect([path, response.status, await response.json()]).toEqual([
      path,
      404,
      expect.objectContaining({ code: 'not-found' }),
    ]);
    expect([path, response.headers.get('x-content-type-options')]).toEqual([path, 'nosniff']);
  }
  const posted = await fetch(`${running.serverUrl}/customers`, { method: 'POST' });
  expect([posted.status, await posted.json()]).toEqual([404, expect.objectContaining({ code: 'not-found' })]);
});
