import { randomBytes } from 'node:crypto';
import { get } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { payloadOf, startBench, type Bench } from './harness.ts';

/** A browser without scripts: keeps its cookie, follows where it is sent. */
function shopperOf(bench: Bench) {
  let cookie = '';
  const visit = async (
    path: string,
    form?: Record<string, string>,
  ): Promise<{ status: number; html: string; path: string; headers: Headers }> => {
    const response = await bench.shopify(path, {
      method: form ? 'POST' : 'GET',
      headers: {
        'X-Forwarded-Host': 'demo.localhost:7401',
        ...(cookie ? { cookie } : {}),
        ...(form ? { 'Content-Type': 'application/x-www-form-urlencoded' } : {}),
      },
      ...(form ? { body: new URLSearchParams(form).toString() } : {}),
    });
    cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
    const location = response.headers.get('location');
    if (response.status === 303 && location) return visit(location);
    return { status: response.status, html: await response.text(), path, headers: response.headers };
  };
  return { visit, cookie: () => cookie };
}

describe('the storefront', () => {
  it('sells with a discount code, from the products to the order page', async () => {
    const bench = await startBench();
    await bench.done('POST', '/shops/demo/discounts', { code: 'TEN', amount: '10' });
    const { visit } = shopperOf(bench);
    const products = await visit('/');
    expect(products.html).toContain('Linen napkins');
    const [napkins] = (await bench.done('GET', '/shops/demo/products')).products;
    expect((await visit(`/products/${napkins.handle}`)).html).toContain('$24.00');

    const cart = await visit('/cart/add', { product: String(napkins.id), quantity: '2' });
    expect(cart).toMatchObject({ path: '/cart', html: expect.stringContaining('$48.00') });
    expect((await visit('/checkout/code', { code: 'NOPE' })).html).toContain('Enter a valid discount code');
    expect((await visit('/checkout/code', { code: 'ten' })).html).toContain('Pay $43.00');
    const order = await visit('/checkout', { email: 'guest@example.com' });
    expect(order.path).toMatch(/^\/orders\/\d+$/);
    expect(order.html).toContain('Order #1001');
    await bench.idle();
    expect(payloadOf(bench.app.webhooks('orders/create')[0])).toMatchObject({
      email: 'guest@example.com',
      customer: null,
      total_price: '43.00',
      discount_codes: [{ code: 'TEN' }],
    });
    expect((await visit('/cart')).html).toContain('Your cart is empty');
  });

  it('signs customers up and in, and tells the app proxy who they are', async () => {
    const bench = await startBench();
    const shopper = shopperOf(bench);
    expect((await shopper.visit('/account/login', { email: 'ann@example.com' })).html).toContain('There is no account');
    const facts = { firstName: 'Ann', lastName: 'Lee', email: 'Ann@Example.com' };
    expect((await shopper.visit('/account/register', facts)).html).toContain('ann@example.com');
    await bench.idle();
    const { id } = payloadOf(bench.app.webhooks('customers/create')[0]);
    const headers = { cookie: shopper.cookie(), 'Content-Type': 'application/json' };
    const call = { method: 'POST', body: '{"reward":1}', headers };
    expect((await bench.shopify('/apps/loyalnest/redeem?logged_in_customer_id=1&signature=forged', call)).status).toBe(
      200,
    );
    const request = bench.app.received.at(-1);
    const query = new URL(request?.path ?? '', 'http://app.test').searchParams;
    expect(query.get('logged_in_customer_id')).toBe(String(id));
    expect(query.getAll('signature')).toHaveLength(1);
    expect(request).toMatchObject({ method: 'POST', body: '{"reward":1}' });
    await shopper.visit('/account/logout', {});
    await bench.shopify('/apps/loyalnest/balance', { headers: { cookie: shopper.cookie() } });
    expect(bench.app.received.at(-1)?.path).toContain('logged_in_customer_id=&');
  });

  it('has no inline scripts and escapes what people typed', async () => {
    const bench = await startBench({ shop: { embed: false } });
    await bench.done('POST', '/shops/demo/products', { title: '<script>alert(1)</script>', price: '1' });
    const { html, headers } = await shopperOf(bench).visit('/');
    expect(headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
    expect(html).not.toContain('<script');
    expect(html).not.toContain('style=');
    expect(html).toContain('<!-- app embed -->');
  });

  it("carries the app's loader, which the page's strict policy lets run and speak to the app", async () => {
    const bench = await startBench();
    const { html, headers } = await shopperOf(bench).visit('/');
    const [script = ''] = /<script[^>]*>/.exec(html) ?? [];
    expect(script).toMatch(/^<script nonce="\w+" type="module" async src="\/apps\/loyalnest\/widget\/loader.js">$/);
    const nonce = /nonce="(\w+)"/.exec(script)?.[1];
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`script-src 'self' 'nonce-${nonce}';`);
    expect(policy).toContain(`connect-src 'self' ${bench.app.url.replace('http', 'ws')};`);
    expect(policy).not.toContain('unsafe');
    const again = await shopperOf(bench).visit('/');
    expect(again.html).not.toContain(nonce);
  });

  it('does not tell the script who the customer is', async () => {
    const bench = await startBench();
    const { id } = await bench.done('POST', '/shops/demo/customers', { email: 'ann@example.com' });
    const { visit } = shopperOf(bench);
    await visit('/account/login', { email: 'ann@example.com' });
    const { html } = await visit('/');
    expect(html).toContain('<script ');
    expect(html).not.toContain(String(id));
  });

  it('carries no script when the embed is off, or the app is gone', async () => {
    const bench = await startBench();
    const { visit } = shopperOf(bench);
    expect((await visit('/')).html).toContain('<script ');
    expect((await visit('/?embed=off')).html).not.toContain('<script');
    await bench.done('PUT', '/shops/demo/embed', { enabled: false });
    expect((await visit('/')).html).not.toContain('<script');
    await bench.done('PUT', '/shops/demo/embed', { enabled: true });
    await bench.done('POST', '/shops/demo/uninstall');
    expect((await visit('/')).html).not.toContain('<script');
  });

  it('keeps the discount code of a link for the checkout', async () => {
    const bench = await startBench();
    await bench.done('POST', '/shops/demo/discounts', { code: 'TEN', amount: '10' });
    const [napkins] = (await bench.done('GET', '/shops/demo/products')).products;
    const { visit } = shopperOf(bench);
    const link = await bench.shopify('/discount/TEN?redirect=/cart');
    expect(link.headers.get('location')).toBe('/cart');
    for (const elsewhere of ['https://elsewhere.example/', '//elsewhere.example', '/\\elsewhere.example']) {
      const response = await bench.shopify(`/discount/TEN?redirect=${encodeURIComponent(elsewhere)}`);
      expect(response.headers.get('location')).toBe('/');
    }
    expect((await visit('/discount/TEN?redirect=/cart')).html).toContain('<strong>TEN</strong>');
    await visit('/cart/add', { product: String(napkins.id), quantity: '1' });
    expect((await visit('/checkout')).html).toContain('Pay $19.00');
  });

  it('brings people back to where they logged in from, and nowhere else', async () => {
    const bench = await startBench();
    await bench.done('POST', '/shops/demo/customers', { email: 'ann@example.com', firstName: 'Ann' });
    const { visit } = shopperOf(bench);
    const page = await visit('/account/login?return_url=/cart');
    expect(page.html).toContain('name="return_url" value="/cart"');
    expect(page.html).toContain('Only in the simulator');
    const email = 'ann@example.com';
    expect((await visit('/account/login', { email, return_url: '/cart' })).path).toBe('/cart');
    expect((await visit('/account/login', { email, return_url: '//elsewhere.example' })).path).toBe('/account');
    expect((await visit('/account/register?return_url=/cart')).path).toBe('/cart');
  });

  it('speaks of its language in the document', async () => {
    const { visit } = shopperOf(await startBench());
    expect((await visit('/?locale=ar')).html).toContain('<html lang="ar" dir="rtl">');
    expect((await visit('/cart')).html).toContain('<html lang="ar" dir="rtl">');
  });

  it.each(['demo.myshopify.com', 'demo.localhost:7401', 'DEMO.localhost'])(
    'is found by the Host header %s',
    async (host) => {
      const bench = await startBench();
      const status = await new Promise((resolve) => {
        get(bench.simulator.url, { headers: { host } }, (response) => resolve(response.resume().statusCode));
      });
      expect(status).toBe(200);
    },
  );

  it('answers 404 for what it does not have', async () => {
    const bench = await startBench();
    const { visit } = shopperOf(bench);
    expect((await visit('/products/nothing')).status).toBe(404);
    expect((await visit('/orders/1')).status).toBe(404);
    const elsewhere = await bench.shopify('/', { headers: { 'X-Forwarded-Host': 'other.localhost' } });
    expect(elsewhere.status).toBe(404);
    await bench.done('POST', '/shops/demo/uninstall');
    expect((await bench.shopify('/apps/loyalnest/balance')).status).toBe(404);
  });
});

describe('the app proxy', () => {
  /** Node's own client: `fetch` would unpack the answer and follow its caching. */
  const ask = (bench: Bench, path: string, headers: Record<string, string> = {}) =>
    new Promise<{ status: number | undefined; headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
      const options = { headers: { host: 'demo.localhost', ...headers } };
      get(`${bench.simulator.url}${path}`, options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      }).on('error', reject);
    });

  it("gives the app's bytes as they are, with their encoding and caching, and without its cookies", async () => {
    const bench = await startBench();
    const picture = gzipSync(randomBytes(5_000));
    bench.app.content = picture;
    bench.app.headers = {
      'Content-Type': 'image/png',
      'Content-Encoding': 'gzip',
      'Cache-Control': 'public, max-age=31536000, immutable',
      ETag: '"abc"',
      Vary: 'Accept-Encoding',
    };
    const answer = await ask(bench, '/apps/loyalnest/widget/a.png', { 'accept-encoding': 'gzip, br' });
    expect(answer.status).toBe(200);
    expect(answer.body.equals(picture)).toBe(true);
    expect(answer.headers).toMatchObject({
      'content-type': 'image/png',
      'content-encoding': 'gzip',
      'cache-control': 'public, max-age=31536000, immutable',
      etag: '"abc"',
      vary: 'Accept-Encoding',
    });
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(bench.app.received.at(-1)?.headers['accept-encoding']).toBe('gzip, br');
  });

  it('lets the app say that nothing has changed', async () => {
    const bench = await startBench();
    bench.app.answer = ({ headers }) => (headers['if-none-match'] === '"abc"' ? 304 : 200);
    bench.app.headers = { ETag: '"abc"' };
    const answer = await ask(bench, '/apps/loyalnest/widget/loader.js', { 'if-none-match': '"abc"' });
    expect(answer).toMatchObject({ status: 304, headers: { etag: '"abc"' } });
    expect(answer.body).toHaveLength(0);
  });

  it('says itself where a request comes from, and keeps the cookies of the shop', async () => {
    const bench = await startBench();
    const claims = { 'x-forwarded-for': '6.6.6.6', 'x-forwarded-proto': 'gopher', cookie: 'secret=1' };
    await ask(bench, '/apps/loyalnest/balance', claims);
    const { headers } = bench.app.received.at(-1) ?? {};
    expect(headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': 'demo.myshopify.com' });
    expect(headers?.['x-forwarded-proto']).toBeUndefined();
    expect(headers?.cookie).toBeUndefined();
  });
});
