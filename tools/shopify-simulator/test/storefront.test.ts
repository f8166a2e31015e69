import { get } from 'node:http';
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
    const bench = await startBench();
    await bench.done('POST', '/shops/demo/products', { title: '<script>alert(1)</script>', price: '1' });
    const { html, headers } = await shopperOf(bench).visit('/');
    expect(headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
    expect(html).not.toContain('<script');
    expect(html).not.toContain('style=');
    expect(html).toContain('<!-- app embed -->');
  });

  it("carries the widget's script when the embed is on", async () => {
    const bench = await startBench();
    const scriptUrl = `${bench.app.url}/widget.js`;
    await bench.done('PUT', '/shops/demo/embed', { enabled: true, scriptUrl });
    const { html, headers } = await shopperOf(bench).visit('/');
    expect(html).toContain(`<script src="${scriptUrl}" defer></script>`);
    expect(headers.get('content-security-policy')).toContain(bench.app.url);
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
