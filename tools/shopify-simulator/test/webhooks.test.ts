import { describe, expect, it } from 'vitest';
import { createClock } from '../src/index.ts';
import { retryAfterMs } from '../src/webhooks/delivery.ts';
import { payloadOf, SHOP, signatureOf, startBench, type Bench, type Received } from './harness.ts';

const HOUR_MS = 3_600_000;

const webhookId = ({ headers }: Received) => headers['x-shopify-webhook-id'];
const numberOf = (webhook: Received) => payloadOf(webhook).order_number as number;

async function placeOrders(bench: Bench, count: number): Promise<void> {
  for (let index = 0; index < count; index++)
    await bench.done('POST', '/shops/demo/orders', { amount: '10', paid: false });
}

describe('a webhook', () => {
  it('carries all headers of Shopify and a signature of its raw body', async () => {
    const bench = await startBench();
    await bench.done('POST', '/shops/demo/orders', { amount: '12.50' });
    await bench.idle();
    const [created, paid] = bench.app.webhooks();
    expect(created?.path).toBe('/webhooks/shopify');
    expect(created?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-shopify-topic': 'orders/create',
      'x-shopify-shop-domain': SHOP,
      'x-shopify-api-version': '2026-10',
      'x-shopify-hmac-sha256': signatureOf(created?.body ?? ''),
    });
    expect(Date.parse(String(created?.headers['x-shopify-triggered-at']))).toBeCloseTo(Date.now(), -4);
    expect(paid?.headers['x-shopify-event-id']).toBe(created?.headers['x-shopify-event-id']);
    expect(paid?.headers['x-shopify-webhook-id']).not.toBe(created?.headers['x-shopify-webhook-id']);
  });

  it('is not sent while the app is not installed, nor for a topic nobody subscribes to', async () => {
    const bench = await startBench({ installed: false });
    await placeOrders(bench, 1);
    await bench.done('POST', '/shops/demo/install', { open: false });
    const { id } = await bench.done('POST', '/shops/demo/orders', { amount: '1' });
    await bench.done('POST', `/shops/demo/orders/${id}/fulfill`);
    await bench.idle();
    const topics = new Set(bench.app.webhooks().map(({ headers }) => headers['x-shopify-topic']));
    expect(topics).toEqual(new Set(['orders/create', 'orders/paid', 'orders/updated']));
  });

  it('goes to the subscriptions of the API as well, each with an id of its own', async () => {
    const bench = await startBench();
    const create = `mutation C($uri: String!) { webhookSubscriptionCreate(topic: ORDERS_CREATE, webhookSubscription: { uri: $uri }) {
      webhookSubscription { id uri topic } userErrors { field message } } }`;
    const uri = `${bench.app.url}/second`;
    const first = (await bench.graphql(create, { uri })).data.webhookSubscriptionCreate;
    expect(first.webhookSubscription).toMatchObject({ uri, topic: 'ORDERS_CREATE' });
    expect((await bench.graphql(create, { uri })).data.webhookSubscriptionCreate.userErrors).toEqual([
      { field: ['webhookSubscription', 'callbackUrl'], message: 'Address for this topic has already been taken' },
    ]);
    const insecure = await bench.graphql(create, { uri: 'http://shop.example/webhooks' });
    expect(insecure.data.webhookSubscriptionCreate.userErrors[0].message).toBe(
      'Address protocol http:// is not supported',
    );

    await placeOrders(bench, 1);
    await bench.idle();
    const arrived = bench.app.webhooks('orders/create');
    expect(arrived.map(({ path }) => path).toSorted()).toEqual(['/second', '/webhooks/shopify']);
    expect(new Set(arrived.map(webhookId)).size).toBe(2);

    const remove = `mutation { webhookSubscriptionDelete(id: "${first.webhookSubscription.id}") { deletedWebhookSubscriptionId } }`;
    await bench.graphql(remove);
    await placeOrders(bench, 1);
    await bench.idle();
    expect(bench.app.webhooks('orders/create')).toHaveLength(3);
  });
});

describe('a delivery that fails', () => {
  it.each([302, 400, 401, 404, 500, 503])('is one that is answered %d', async (status) => {
    const bench = await startBench();
    bench.app.answer = () => status;
    await placeOrders(bench, 1);
    await bench.idle();
    const { deliveries } = await bench.done('GET', '/deliveries?state=retrying');
    expect(deliveries).toMatchObject([{ attempts: [{ status, corrupted: false }] }]);
  });

  it('is one that is not answered within five seconds', async () => {
    const bench = await startBench();
    bench.app.answer = () => undefined;
    await placeOrders(bench, 1);
    await bench.idle();
    const [{ attempts }] = (await bench.done('GET', '/deliveries?state=retrying')).deliveries;
    expect(attempts[0]).toMatchObject({ status: null, error: 'no answer within 5 seconds' });
    expect(attempts[0].tookMs).toBeGreaterThanOrEqual(4_900);
    expect(attempts[0].tookMs).toBeLessThan(6_500);
  }, 15_000);

  it('is sent again eight times within four hours, with the same id and body, and then given up', async () => {
    let now = Date.UTC(2026, 10, 22);
    const bench = await startBench({ clock: createClock(() => now) });
    bench.app.answer = () => 500;
    const { id } = await bench.done('POST', '/shops/demo/orders', { amount: '10', paid: false });
    const started = now;
    const times: number[] = [];
    for (let minute = 0; minute <= 4 * 60; minute++) {
      await bench.idle();
      while (times.length < bench.app.webhooks('orders/create').length)
        times.push(bench.simulator.world.clock.now() - started);
      if (minute === 30) await bench.done('PATCH', `/shops/demo/orders/${id}`, { note: 'changed meanwhile' });
      bench.simulator.world.clock.advance(60_000);
    }
    now += HOUR_MS;
    await bench.idle();
    const sent = bench.app.webhooks('orders/create');
    expect(sent).toHaveLength(9);
    expect(new Set(sent.map(webhookId)).size).toBe(1);
    expect(new Set(sent.map(({ body }) => body)).size).toBe(1);
    expect(times.at(-1)).toBe(4 * HOUR_MS);
    const { deliveries } = await bench.done('GET', '/deliveries?topic=orders/create');
    expect(deliveries).toMatchObject([{ state: 'failed' }]);
  });

  it('waits twice as long each time, four hours in all', () => {
    const times = Array.from({ length: 9 }, (_, retry) => retryAfterMs(retry));
    expect(times.at(-1)).toBe(4 * HOUR_MS);
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    pauses.slice(1).forEach((pause, index) => expect(pause / (pauses[index] ?? 1)).toBeCloseTo(2, 3));
  });

  it('arrives when it is retried by hand', async () => {
    const bench = await startBench();
    bench.app.answer = () => 503;
    await placeOrders(bench, 1);
    await bench.idle();
    bench.app.answer = () => 200;
    expect(await bench.done('POST', '/deliveries/retry')).toEqual({ retried: 1 });
    await bench.idle();
    expect((await bench.done('GET', '/deliveries?state=delivered')).deliveries).toHaveLength(1);
  });

  it('ends a subscription of the API when it is given up', async () => {
    const bench = await startBench();
    const uri = `${bench.app.url}/second`;
    await bench.graphql(
      'mutation C($uri: String!) { webhookSubscriptionCreate(topic: ORDERS_CREATE, webhookSubscription: { uri: $uri }) { userErrors { message } } }',
      { uri },
    );
    bench.app.answer = ({ path }) => (path === '/second' ? 500 : 200);
    await placeOrders(bench, 1);
    for (let retry = 0; retry <= 8; retry++) {
      await bench.idle();
      await bench.done('POST', '/deliveries/retry');
    }
    const { data } = await bench.graphql('{ webhookSubscriptions(first: 5) { nodes { id } } }');
    expect(data.webhookSubscriptions.nodes).toEqual([]);
  });
});

describe('faults of deliveries', () => {
  it('double a delivery with the same id', async () => {
    const bench = await startBench();
    await bench.done('PUT', '/faults', { deliveries: { duplicate: 1 } });
    await placeOrders(bench, 1);
    await bench.idle();
    const arrived = bench.app.webhooks('orders/create');
    expect(arrived).toHaveLength(2);
    expect(new Set(arrived.map(webhookId)).size).toBe(1);
  });

  it('double a delivery with another id', async () => {
    const bench = await startBench();
    await bench.done('PUT', '/shops/demo/faults', { deliveries: { duplicate: 1, duplicateAs: 'new-id' } });
    await placeOrders(bench, 1);
    await bench.idle();
    expect(new Set(bench.app.webhooks('orders/create').map(webhookId)).size).toBe(2);
  });

  it('drop a delivery, for one shop only', async () => {
    const bench = await startBench();
    await bench.done('POST', '/shops', { domain: 'other' });
    await bench.done('POST', '/shops/other/install', { open: false });
    await bench.done('PUT', '/shops/demo/faults', { deliveries: { drop: 1 } });
    await placeOrders(bench, 1);
    await bench.done('POST', '/shops/other/orders', { amount: '5' });
    await bench.idle();
    expect(
      bench.app.webhooks().every(({ headers }) => headers['x-shopify-shop-domain'] === 'other.myshopify.com'),
    ).toBe(true);
    expect((await bench.done('GET', '/deliveries/counters?shop=demo')).total).toMatchObject({
      triggered: 1,
      dropped: 1,
      delivered: 0,
    });
  });

  it('alter a body after it was signed, and send it whole the next time', async () => {
    const bench = await startBench();
    await bench.done('PUT', '/faults', { deliveries: { corrupt: 1 } });
    bench.app.answer = ({ headers, body }) => (headers['x-shopify-hmac-sha256'] === signatureOf(body) ? 200 : 401);
    await placeOrders(bench, 1);
    await bench.idle();
    await bench.done('DELETE', '/faults');
    await bench.done('POST', '/deliveries/retry');
    await bench.idle();
    const { deliveries } = await bench.done('GET', '/deliveries?state=delivered');
    expect(deliveries[0].attempts).toMatchObject([
      { status: 401, corrupted: true },
      { status: 200, corrupted: false },
    ]);
  });

  it('hold deliveries back until they are resumed', async () => {
    const bench = await startBench();
    await bench.done('PUT', '/faults', { deliveries: { paused: true } });
    await placeOrders(bench, 3);
    expect(await bench.done('GET', '/idle?timeoutMs=50')).toMatchObject({ idle: false, pending: 3 });
    await bench.done('PUT', '/faults', { deliveries: { paused: false } });
    await bench.idle();
    expect(bench.app.webhooks()).toHaveLength(3);
  });

  it('delay deliveries on the clock', async () => {
    const bench = await startBench({ clock: createClock(() => Date.UTC(2026, 10, 22)) });
    await bench.done('PUT', '/faults', { deliveries: { delayMs: 60_000 } });
    await placeOrders(bench, 1);
    expect(await bench.done('GET', '/idle?timeoutMs=50')).toMatchObject({ idle: false });
    await bench.done('POST', '/clock/advance', { minutes: 1 });
    await bench.idle();
    expect(bench.app.webhooks()).toHaveLength(1);
  });

  it('let later deliveries overtake, and lose none', async () => {
    const bench = await startBench();
    await bench.done('PUT', '/faults', { deliveries: { reorder: 0.3 } });
    await placeOrders(bench, 40);
    await bench.idle();
    const arrived = bench.app.webhooks('orders/create').map(numberOf);
    const sorted = arrived.toSorted((a, b) => a - b);
    expect(sorted).toEqual(Array.from({ length: 40 }, (_, index) => 1001 + index));
    expect(arrived).not.toEqual(sorted);
  });
});

describe('what the merchant does', () => {
  it('uninstalling tells the app at once and has the shop redacted 48 hours later', async () => {
    let now = Date.UTC(2026, 10, 22);
    const bench = await startBench({ clock: createClock(() => now) });
    await bench.done('POST', '/shops/demo/uninstall');
    await bench.idle();
    expect(payloadOf(bench.app.webhooks('app/uninstalled')[0])).toMatchObject({ myshopify_domain: SHOP, domain: SHOP });
    await bench.done('POST', '/clock/advance', { hours: 47 });
    expect(bench.app.webhooks('shop/redact')).toHaveLength(0);
    now += 1;
    await bench.done('POST', '/clock/advance', { hours: 1 });
    await bench.idle();
    const { id } = await bench.done('GET', '/shops/demo');
    expect(payloadOf(bench.app.webhooks('shop/redact')[0])).toEqual({ shop_id: id, shop_domain: SHOP });
  });

  it('coming back within 48 hours keeps the shop', async () => {
    const bench = await startBench({ clock: createClock(() => Date.UTC(2026, 10, 22)) });
    await bench.done('POST', '/shops/demo/uninstall');
    await bench.done('POST', '/shops/demo/install', { open: false });
    await bench.done('POST', '/clock/advance', { hours: 49 });
    await bench.idle();
    expect(bench.app.webhooks('shop/redact')).toHaveLength(0);
  });

  it('installing opens the app with a session token and reports its answer', async () => {
    const bench = await startBench({ installed: false });
    bench.app.answer = () => 201;
    const { app } = await bench.done('POST', '/shops/demo/install');
    expect(app).toEqual({ status: 201, body: { ok: true } });
    const [login] = bench.app.received;
    expect(login).toMatchObject({ method: 'POST', path: '/v1/api/auth/login' });
    expect(login?.headers.authorization).toMatch(/^Bearer ey/);
  });

  it('changing the shop, and its customers', async () => {
    const bench = await startBench();
    await bench.done('PATCH', '/shops/demo', { name: 'Renamed' });
    const ann = await bench.done('POST', '/shops/demo/customers', { email: 'ann@example.com', firstName: 'Ann' });
    const bob = await bench.done('POST', '/shops/demo/customers', { email: 'bob@example.com' });
    const { id: orderId } = await bench.done('POST', '/shops/demo/orders', { customerId: bob.id, amount: '5' });
    await bench.done('PATCH', `/shops/demo/customers/${ann.id}`, { tags: ['vip'] });
    await bench.done('POST', `/shops/demo/customers/${ann.id}/merge`, { other: bob.id });
    await bench.done('POST', `/shops/demo/customers/${ann.id}/data-request`);
    await bench.done('POST', `/shops/demo/customers/${ann.id}/redact`);
    await bench.done('DELETE', `/shops/demo/customers/${ann.id}`);
    await bench.idle();
    const payload = (topic: string) => payloadOf(bench.app.webhooks(topic)[0]);
    expect(payload('shop/update')).toMatchObject({ name: 'Renamed', myshopify_domain: SHOP });
    expect(payload('customers/create')).toMatchObject({
      id: ann.id,
      email: 'ann@example.com',
      first_name: 'Ann',
      tags: '',
    });
    expect(payload('customers/update')).toMatchObject({ id: ann.id, tags: 'vip' });
    expect(payload('customers/merge')).toMatchObject({
      admin_graphql_api_customer_kept_id: `gid://shopify/Customer/${ann.id}`,
      admin_graphql_api_customer_deleted_id: `gid://shopify/Customer/${bob.id}`,
      status: 'completed',
    });
    expect(payload('customers/data_request')).toMatchObject({ customer: { id: ann.id }, orders_requested: [orderId] });
    expect(payload('customers/redact')).toMatchObject({ customer: { id: ann.id }, orders_to_redact: [orderId] });
    expect(bench.app.webhooks('customers/delete').map((webhook) => payloadOf(webhook).id)).toEqual([bob.id, ann.id]);
  });
});
