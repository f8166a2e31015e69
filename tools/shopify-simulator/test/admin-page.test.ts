import '@shopify/shopify-api/adapters/web-api';
import { ApiVersion, shopifyApi, type Shopify } from '@shopify/shopify-api';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CLIENT_ID, CLIENT_SECRET, SHOP, startBench, type Bench } from './harness.ts';

const APP = '/store/demo/apps/loyalnest';

function libraryOf(): Shopify {
  return shopifyApi({
    apiKey: CLIENT_ID,
    apiSecretKey: CLIENT_SECRET,
    apiVersion: ApiVersion.October26,
    hostName: 'app.test',
    isEmbeddedApp: true,
    logger: { level: 0, log: () => undefined },
  });
}

type Visited = { status: number; html: string; headers: Headers };

async function visit(bench: Bench, path: string, headers: Record<string, string> = {}): Promise<Visited> {
  const response = await fetch(`${bench.simulator.url}${path}`, { headers, redirect: 'manual' });
  return { status: response.status, html: await response.text(), headers: response.headers };
}

function frameOf({ html }: Visited): URL {
  const src = /data-src="([^"]*)"/.exec(html)?.[1];
  if (!src) throw new Error('the page has no frame');
  return new URL(src.replaceAll('&amp;', '&'));
}

function allowFraming(bench: Bench): void {
  bench.app.headers = { 'Content-Security-Policy': `frame-ancestors https://${SHOP} ${bench.simulator.url}` };
}

describe("the app's frame", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startBench();
    allowFraming(bench);
  });

  it("opens the app's page with a query that Shopify's own library takes for Shopify's", async () => {
    const src = frameOf(await visit(bench, `${APP}/customers?sort=name&days=30`));
    expect(src.origin + src.pathname).toBe(`${bench.app.url}/customers`);
    const query = Object.fromEntries(src.searchParams);
    expect(query).toMatchObject({ sort: 'name', days: '30', embedded: '1', shop: SHOP, locale: 'en' });
    expect(Buffer.from(query['host'] ?? '', 'base64').toString()).toBe(
      `${new URL(bench.simulator.url).host}/store/demo`,
    );
    const shopify = libraryOf();
    expect(await shopify.utils.validateHmac(query)).toBe(true);
    await expect(shopify.utils.validateHmac({ ...query, shop: 'other.myshopify.com' })).resolves.toBe(false);
    const claims = await shopify.session.decodeSessionToken(query['id_token'] ?? '');
    expect(claims).toMatchObject({ dest: `https://${SHOP}`, aud: CLIENT_ID });
    expect(claims.exp - (claims.iat ?? 0)).toBe(60);
  });

  it('lets nobody put what only Shopify says into the address', async () => {
    const src = frameOf(await visit(bench, `${APP}/?shop=other.myshopify.com&hmac=f&host=x&id_token=t&session=s`));
    expect(src.searchParams.getAll('shop')).toEqual([SHOP]);
    expect(await libraryOf().utils.validateHmac(Object.fromEntries(src.searchParams))).toBe(true);
  });

  it('installs the app when it is opened for the first time', async () => {
    await bench.done('POST', '/shops/demo/uninstall');
    expect((await visit(bench, APP)).status).toBe(200);
    expect(await bench.done('GET', '/shops/demo')).toMatchObject({ installed: true });
  });

  it('is opened by the client id, too', async () => {
    const { status, headers } = await visit(bench, `/store/demo/apps/${CLIENT_ID}/customers?days=7`);
    expect(status).toBe(303);
    expect(headers.get('location')).toBe(`${APP}/customers?days=7`);
  });

  it('keeps language and member of staff for the browser, out of the address', async () => {
    const chosen = await visit(bench, `${APP}/customers?locale=ar&user=2&days=30`);
    expect(chosen.headers.get('location')).toBe(`${APP}/customers?days=30`);
    const cookie = chosen.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const page = await visit(bench, `${APP}/customers?days=30`, { cookie });
    expect(page.html).toContain('<html lang="en" dir="rtl">');
    const query = frameOf(page).searchParams;
    expect(query.get('locale')).toBe('ar');
    const owner = frameOf(await visit(bench, APP)).searchParams;
    const subject = async (token: string | null) => (await libraryOf().session.decodeSessionToken(token ?? '')).sub;
    expect(await subject(query.get('id_token'))).not.toBe(await subject(owner.get('id_token')));
  });

  it.each([
    [{}, 'has no frame-ancestors'],
    [{ 'Content-Security-Policy': "frame-ancestors 'none'" }, 'does not name the admin'],
    [{ 'Content-Security-Policy-Report-Only': "frame-ancestors 'none'" }, 'has no frame-ancestors'],
  ])('does not show an app that answers with %j, and reports it', async (headers, reason) => {
    bench.app.headers = headers as Record<string, string>;
    const page = await visit(bench, `${APP}/customers`);
    expect(page.status).toBe(502);
    expect(page.html).toContain(reason);
    expect(page.html).not.toContain('data-src');
    const { frames } = await bench.done('GET', '');
    expect(frames.refused).toBe(1);
    expect(frames.latest[0]).toMatchObject({
      shop: SHOP,
      path: '/customers',
      outcome: 'refused',
      reason: expect.stringContaining(reason),
    });
  });

  it('follows the app to another page of its own, and nowhere else', async () => {
    bench.app.answer = ({ path }) => (path.startsWith('/there') ? 200 : 302);
    bench.app.headers['Location'] = '/there';
    expect((await visit(bench, APP)).status).toBe(200);
    bench.app.headers['Location'] = 'https://elsewhere.example/';
    expect((await visit(bench, APP)).html).toContain('sends the frame away, to https://elsewhere.example');
  });

  it('frames the app and nothing else, and is framed by nobody', async () => {
    const policy = (await visit(bench, APP)).headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`frame-src ${bench.app.url};`);
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
  });

  it('answers 404 for shops, apps and pages that are not there', async () => {
    for (const path of [
      '/store/other',
      '/store/other/apps/loyalnest',
      '/store/demo/apps/other',
      '/store/demo/orders/1',
    ]) {
      expect((await visit(bench, path)).status).toBe(404);
    }
  });
});

describe('id tokens for App Bridge', () => {
  const ask = (bench: Bench) => fetch(`${bench.simulator.url}/store/demo/_/id-token`, { method: 'POST' });
  const tokenOf = async (response: Response) => ((await response.json()) as { idToken: string }).idToken;

  it('are good for a minute', async () => {
    const bench = await startBench();
    const token = await tokenOf(await ask(bench));
    expect(await libraryOf().session.decodeSessionToken(token)).toMatchObject({ dest: `https://${SHOP}` });
  });

  it('have expired for as often as a fault says', async () => {
    const bench = await startBench();
    await bench.done('PUT', '/shops/demo/faults', { admin: { expiredTokensNext: 1 } });
    await expect(libraryOf().session.decodeSessionToken(await tokenOf(await ask(bench)))).rejects.toThrow(/exp/);
    await expect(libraryOf().session.decodeSessionToken(await tokenOf(await ask(bench)))).resolves.toBeDefined();
  });

  it('are not to be had while the merchant is offline', async () => {
    const bench = await startBench();
    await bench.done('PUT', '/faults', { admin: { offline: true } });
    expect((await ask(bench)).status).toBe(503);
    await bench.done('PUT', '/faults', { admin: { offline: false } });
    expect((await ask(bench)).status).toBe(200);
  });

  it('are not to be had for an app that is not installed', async () => {
    const bench = await startBench({ installed: false });
    expect((await ask(bench)).status).toBe(404);
  });
});

describe("the admin's own pages", () => {
  it('show what the shop has', async () => {
    const bench = await startBench();
    const customer = await bench.done('POST', '/shops/demo/customers', {
      email: 'ann@example.com',
      firstName: '<Ann>',
    });
    const order = await bench.done('POST', '/shops/demo/orders', { customerId: customer.id, amount: '20' });
    expect((await visit(bench, '/store/demo')).html).toContain('<strong>1</strong>orders');
    expect((await visit(bench, '/store/demo/orders')).html).toContain('#1001');
    expect((await visit(bench, `/store/demo/orders/${order.id}`)).html).toContain('Total $20.00');
    expect((await visit(bench, '/store/demo/customers')).html).toContain('&lt;Ann&gt;');
    expect((await visit(bench, `/store/demo/customers/${customer.id}`)).html).toContain('ann@example.com');
    expect((await visit(bench, '/store/demo/products')).html).toContain('Linen napkins');
  });

  it("reports what went wrong in the app's page", async () => {
    const bench = await startBench();
    const send = (body: unknown) =>
      fetch(`${bench.simulator.url}/store/demo/_/problems`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect((await send({ path: '/x', message: 'shopify.picker is not simulated' })).status).toBe(204);
    expect((await send({})).status).toBe(400);
    await vi.waitFor(async () => {
      const { frames } = await bench.done('GET', '');
      expect(frames.latest[0]).toMatchObject({
        path: '/x',
        outcome: 'failed',
        reason: 'shopify.picker is not simulated',
      });
    });
  });
});
