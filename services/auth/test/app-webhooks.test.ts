import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { aShop, client, delivered, startHarness, type Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterEach(() => harness.simulator.world.faults.clear(undefined));
afterAll(() => harness.close());

/** Signed in, with everything heard. */
async function signedIn(name: string) {
  const shop = await aShop(harness, name);
  const { body } = await harness.login(shop);
  await delivered(harness);
  return { shop, ...body };
}

const facts = async (merchantId: number) => {
  const [tokens, events, merchant, shop] = await Promise.all([
    harness.rows('select 1 from auth.offline_tokens where merchant_id = $1', [merchantId]),
    harness.rows<{ type: string }>('select type from auth.outbox where merchant_id = $1 order by xid, id', [
      merchantId,
    ]),
    harness.rows<{ is_installed: boolean }>('select is_installed from admin_core.merchants where merchant_id = $1', [
      merchantId,
    ]),
    harness.rows<{ is_installed: boolean }>('select is_installed from auth.shops where merchant_id = $1', [merchantId]),
  ]);
  return {
    tokens: tokens.length,
    events: events.map(({ type }) => type),
    isInstalled: [merchant[0]?.is_installed, shop[0]?.is_installed],
  };
};

/** Delivers as Shopify would. */
function deliver(shop: string, topic: string, options: { body?: string; triggeredAt?: Date; secret?: string } = {}) {
  const {
    body = '{}',
    triggeredAt = new Date(harness.simulator.world.clock.now()),
    secret = client.clientSecret,
  } = options;
  return fetch(`${harness.running.url}/webhooks/shopify`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-shopify-topic': topic,
      'x-shopify-shop-domain': `${shop}.myshopify.com`,
      'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
      'x-shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
      'x-shopify-triggered-at': triggeredAt.toISOString(),
    },
    body,
  });
}

const gone = { tokens: 0, events: ['app.uninstalled.v1'], isInstalled: [false, false] };
const there = { tokens: 1, events: [], isInstalled: [true, true] };

describe('app/uninstalled', () => {
  it('deletes the tokens, ends the sign-ins and tells the others', async () => {
    const { shop, merchantId, token, refreshToken } = await signedIn('leaver');
    await harness.control('POST', `shops/${shop}/uninstall`);
    await delivered(harness);
    expect(await facts(merchantId)).toEqual(gone);
    expect(await harness.api('GET', 'v1/api/auth/roles', { token })).toMatchObject({ status: 401 });
    expect(await harness.api('POST', 'v1/api/auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 401 });
  });

  it('tells once however often it is delivered', async () => {
    const { shop, merchantId } = await signedIn('echo');
    const triggeredAt = new Date(harness.simulator.world.clock.now());
    for (let time = 0; time < 3; time += 1) {
      expect((await deliver(shop, 'app/uninstalled', { triggeredAt })).status).toBe(200);
    }
    await harness.settled();
    expect(await facts(merchantId)).toEqual(gone);
  });

  it('lets the shop come back as the merchant it was', async () => {
    const { shop, merchantId } = await signedIn('returner');
    await harness.control('POST', `shops/${shop}/uninstall`);
    await delivered(harness);
    await harness.control('POST', `shops/${shop}/install`, { open: false });
    const { status, body } = await harness.login(shop);
    expect({ status, body }).toMatchObject({ status: 200, body: { merchantId, isNew: false } });
    expect(await harness.api('GET', 'v1/api/auth/roles', { token: body.token })).toMatchObject({ status: 200 });
    await harness.settled();
    expect(await facts(merchantId)).toEqual({ ...there, events: gone.events });
  });

  it('changes nothing when it arrives after the shop has installed the app again', async () => {
    const { shop, merchantId } = await signedIn('quick');
    await harness.control('PUT', `shops/${shop}/faults`, { deliveries: { paused: true } });
    await harness.control('POST', `shops/${shop}/uninstall`);
    await harness.control('POST', `shops/${shop}/install`, { open: false });
    const { body } = await harness.login(shop);
    await harness.control('DELETE', `shops/${shop}/faults`);
    await delivered(harness);
    expect(await facts(merchantId)).toEqual(there);
    expect(await harness.api('GET', 'v1/api/auth/roles', { token: body.token })).toMatchObject({ status: 200 });
  });

  it('changes nothing when Shopify has vouched for the installation since', async () => {
    const { shop, merchantId } = await signedIn('old');
    const triggeredAt = new Date(harness.simulator.world.clock.now() - 3_600_000);
    expect((await deliver(shop, 'app/uninstalled', { triggeredAt })).status).toBe(200);
    await harness.settled();
    expect(await facts(merchantId)).toEqual(there);
  });

  it('is refused with a wrong signature', async () => {
    const { shop, merchantId } = await signedIn('forged');
    const answer = await deliver(shop, 'app/uninstalled', { secret: 'some-other-secret-of-a-stranger' });
    expect(answer.status).toBe(401);
    expect(await facts(merchantId)).toEqual(there);
  });
});

describe('app/scopes_update', () => {
  it('keeps the scopes and tells the others, once', async () => {
    const { shop, merchantId } = await signedIn('scopes');
    const tokens = harness.shopifyTokens(shop);
    await harness.control('PUT', `shops/${shop}/faults`, { deliveries: { duplicate: 1 } });
    await harness.control('POST', `shops/${shop}/install`, { scopes: ['write_orders', 'read_products'], open: false });
    await delivered(harness);
    const [event] = await harness.rows('select type, payload from auth.outbox where merchant_id = $1', [merchantId]);
    expect(event).toEqual({
      type: 'app.scopes_changed.v1',
      payload: {
        merchantId,
        shopDomain: 'scopes.myshopify.com',
        changedAt: expect.any(String),
        scopes: ['write_orders', 'read_products'],
      },
    });
    expect((await facts(merchantId)).events).toHaveLength(1);
    // Known, so the next sign-in has no reason to ask for another token.
    expect((await harness.login(shop)).status).toBe(200);
    expect(harness.shopifyTokens(shop)).toEqual(tokens);
  });

  it('counts for less than a later one', async () => {
    const { shop, merchantId } = await signedIn('order');
    const now = harness.simulator.world.clock.now();
    const send = (seconds: number, current: string[]) =>
      deliver(shop, 'app/scopes_update', {
        body: JSON.stringify({ current }),
        triggeredAt: new Date(now + seconds * 1_000),
      });
    await send(20, ['read_orders', 'read_products']);
    await send(10, ['read_orders']);
    const [row] = await harness.rows('select scopes from auth.offline_tokens where merchant_id = $1', [merchantId]);
    expect(row).toEqual({ scopes: ['read_orders', 'read_products'] });
    expect((await facts(merchantId)).events).toEqual(['app.scopes_changed.v1']);
  });

  it.each(['', '[]', '{', '{"current": 7}', 'null'])('takes %j without harm', async (body) => {
    const { shop, merchantId } = await signedIn(`odd-${Buffer.from(body).toString('hex')}`);
    expect((await deliver(shop, 'app/scopes_update', { body })).status).toBe(200);
    expect(await facts(merchantId)).toEqual(there);
  });
});
