import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { loadConfig } from '@loyalnest/platform/config/config';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dashboardPages } from '../src/dashboard-pages.ts';

const script = 'console.log("the dashboard");\n'.repeat(100);
let folder: string;
let app: FastifyInstance;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dashboard-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(
    join(folder, 'index.html'),
    '<meta name="shopify-api-key" content="__SHOPIFY_API_KEY__"><script src="__APP_BRIDGE_URL__"></script></head>',
  );
  const pages = { '/': ['assets/home.js'], '/customers/:customerId': ['assets/customer.js', 'assets/table.js'] };
  const languages = { en: ['assets/en.js'], pt: ['assets/pt.js'] };
  writeFileSync(join(folder, 'preloads.json'), JSON.stringify({ pages, languages }));
  writeFileSync(join(folder, 'assets/index-abc.js'), script);
  writeFileSync(join(folder, 'assets/index-abc.js.br'), brotliCompressSync(script));
  const config = loadConfig({
    APP_URL: 'https://loyalnest.example',
    DATABASE_URL: 'postgres://nobody@localhost/none',
    DATABASE_ROLE_SECRET: 'a secret of the test',
    SHOPIFY_CLIENT_ID: 'client"id',
    SHOPIFY_CLIENT_SECRET: 'a secret of the test',
  });
  app = Fastify();
  app.get('/v1/api/known', () => ({ known: true }));
  dashboardPages(folder)(app, config);
  await app.ready();
});

afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

function ancestorsOf(policy: unknown): string | undefined {
  return /frame-ancestors ([^;]*)/.exec(String(policy))?.[1];
}

describe("the dashboard's document", () => {
  it('is there at every address that is nothing else', async () => {
    for (const url of ['/', '/customers/17?tab=orders', '/programme']) {
      const answer = await app.inject(url);
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['content-type']).toContain('text/html');
      expect(answer.body).toContain('src="https://cdn.shopify.com/shopifycloud/app-bridge.js"');
    }
  });

  it('may be framed by the admin and the shop it is opened for, and by nobody else', async () => {
    const framed = await app.inject('/?shop=one.myshopify.com');
    expect(ancestorsOf(framed.headers['content-security-policy'])).toBe(
      'https://one.myshopify.com https://admin.shopify.com',
    );
    for (const shop of [
      'evil.example',
      'one.myshopify.com.evil.example',
      "x.myshopify.com; script-src 'unsafe-inline'",
    ]) {
      const answer = await app.inject(`/?shop=${encodeURIComponent(shop)}`);
      expect(ancestorsOf(answer.headers['content-security-policy'])).toBe("'none'");
      expect(String(answer.headers['content-security-policy'])).not.toContain('unsafe-inline');
    }
    expect(ancestorsOf((await app.inject('/')).headers['content-security-policy'])).toBe("'none'");
  });

  it.each([
    ['/', 'assets/home.js assets/en.js'],
    ['/?locale=pt-BR', 'assets/home.js assets/pt.js'],
    ['/customers/17?locale=xx', 'assets/customer.js assets/table.js assets/en.js'],
    ['/customers', 'assets/en.js'],
    ['/?locale=constructor', 'assets/home.js assets/en.js'],
  ])('names at %s what that page and language need: %s', async (url, expected) => {
    const { body } = await app.inject(url);
    const files = [...body.matchAll(/<link rel="modulepreload" crossorigin href="\/([^"]*)">/g)].map(
      ([, file]) => file,
    );
    expect(files.join(' ')).toBe(expected);
  });

  it('cannot be broken out of by what is put into it', async () => {
    expect((await app.inject('/')).body).toContain('content="client&#34;id"');
  });

  it('is not given for addresses of the API that do not exist', async () => {
    const answer = await app.inject('/v1/api/unknown');
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ code: 'not-found' });
    expect((await app.inject('/v1/api/known')).json()).toEqual({ known: true });
  });
});

describe("the dashboard's files", () => {
  it('stay in caches for good, and travel compressed', async () => {
    const answer = await app.inject({ url: '/assets/index-abc.js', headers: { 'accept-encoding': 'br' } });
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(answer.headers['content-encoding']).toBe('br');
    expect(answer.headers['content-type']).toContain('javascript');
    expect(brotliDecompressSync(answer.rawPayload).toString()).toBe(script);
  });

  it('are not found, rather than a page, when they do not exist', async () => {
    expect((await app.inject('/assets/other.js')).statusCode).toBe(404);
  });
});
