import { createHash } from 'node:crypto';
import { Code } from '@connectrpc/connect';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { AuthService } from '@loyalnest/contracts/proto/loyalnest/auth/v1/auth_pb';
import { Encryption } from '@loyalnest/platform/crypto/encryption';
import { RpcClients } from '@loyalnest/platform/rpc/rpc';
import { AccessTokens } from '@loyalnest/shopify/access-tokens';
import { AdminClient } from '@loyalnest/shopify/admin/admin-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installedShop } from '../src/installation/shop.graphql.ts';
import { aShop, client, startHarness, type Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

const minuteMs = 60_000;

const inside = <T>(token: abstract new (...args: never[]) => T): T => harness.running.app.get(token, { strict: false });
const ask = (merchantId: number, refusedToken?: string) =>
  inside(RpcClients)
    .client(AuthService)
    .getAccessToken({
      merchantId: BigInt(merchantId),
      ...(refusedToken === undefined ? {} : { refusedTokenSha256: sha256(refusedToken) }),
    });
const sha256 = (text: string) => createHash('sha256').update(text).digest();

async function installed(name: string) {
  const shop = await aShop(harness, name);
  const { body } = await harness.login(shop);
  return { shop, merchantId: body.merchantId, shopDomain: body.shopDomain };
}

/** What Shopify would do for a process that dies before it can store the answer. */
async function refreshBehindOurBack({ merchantId, shopDomain }: { merchantId: number; shopDomain: string }) {
  const [row] = await harness.rows<{ refresh_token: Buffer }>(
    'select refresh_token from auth.offline_tokens where merchant_id = $1',
    [merchantId],
  );
  const refreshToken = await inside(Encryption).decrypt(row!.refresh_token, `auth/${merchantId}/refresh-token`);
  const response = await fetch(`${harness.simulator.url}/admin/oauth/access_token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-host': shopDomain },
    body: JSON.stringify({
      client_id: client.clientId,
      client_secret: client.clientSecret,
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
    }),
  });
  expect(response.status).toBe(200);
}

describe('an access token', () => {
  it('is the one that Shopify honours, with its end', async () => {
    const { shop, merchantId } = await installed('plain');
    const { accessToken, expiresAt } = await ask(merchantId);
    expect(harness.shopifyTokens(shop)).toEqual([accessToken]);
    const leftMs = timestampDate(expiresAt!).getTime() - harness.simulator.world.clock.now();
    expect(leftMs).toBeGreaterThan(59 * minuteMs);
    expect(leftMs).toBeLessThanOrEqual(60 * minuteMs);
  });

  it('stays the same while it has five minutes, and is then renewed', async () => {
    const { shop, merchantId } = await installed('renewal');
    const first = await ask(merchantId);
    harness.advance(54 * minuteMs);
    expect((await ask(merchantId)).accessToken).toBe(first.accessToken);
    harness.advance(2 * minuteMs);
    const second = await ask(merchantId);
    expect(second.accessToken).not.toBe(first.accessToken);
    expect(harness.shopifyTokens(shop)).toEqual([second.accessToken]);
  });

  it('is renewed once when many ask at once', async () => {
    const { shop, merchantId } = await installed('many');
    harness.advance(58 * minuteMs);
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(merchantId)));
    expect(new Set(answers.map(({ accessToken }) => accessToken))).toEqual(new Set(harness.shopifyTokens(shop)));
  });

  it('is renewed when it is long over', async () => {
    const { shop, merchantId } = await installed('dormant');
    harness.advance(80 * 24 * 60 * minuteMs);
    const { accessToken } = await ask(merchantId);
    expect(harness.shopifyTokens(shop)).toEqual([accessToken]);
  });

  it('is renewed when Shopify refused it, but not because another one was refused', async () => {
    const { merchantId } = await installed('refused');
    const first = await ask(merchantId);
    const second = await ask(merchantId, first.accessToken);
    expect(second.accessToken).not.toBe(first.accessToken);
    expect((await ask(merchantId, first.accessToken)).accessToken).toBe(second.accessToken);
  });

  it('is found again after a renewal whose answer was lost', async () => {
    const { merchantId, shopDomain, shop } = await installed('lost');
    await refreshBehindOurBack({ merchantId, shopDomain });
    const answer = await inside(AdminClient).execute(installedShop, { shop: { merchantId, shopDomain } });
    expect(answer).toMatchObject({ outcome: 'ok', data: { shop: { myshopifyDomain: shopDomain } } });
    expect(harness.shopifyTokens(shop)).toEqual([(await ask(merchantId)).accessToken]);
  });

  it('is kept by those who use it until it is nearly due', async () => {
    const { merchantId, shopDomain } = await installed('cached');
    const tokens = inside(AccessTokens);
    const first = await tokens.accessToken({ merchantId, shopDomain });
    await harness.rows('update auth.offline_tokens set merchant_id = -merchant_id where merchant_id = $1', [
      merchantId,
    ]);
    expect(await tokens.accessToken({ merchantId, shopDomain })).toBe(first);
    harness.advance(56 * minuteMs);
    await expect(tokens.accessToken({ merchantId, shopDomain })).rejects.toMatchObject({ code: 'unknown-shop' });
  });
});

describe('no access token', () => {
  it('is there for a merchant who does not have the app', async () => {
    await expect(ask(987_654)).rejects.toMatchObject({ code: Code.NotFound });
    const tokens = inside(AccessTokens);
    await expect(tokens.accessToken({ merchantId: 987_654, shopDomain: 'x.myshopify.com' })).rejects.toMatchObject({
      code: 'unknown-shop',
    });
  });

  it('is there when Shopify no longer renews it, and the call says so', async () => {
    const { merchantId, shopDomain, shop } = await installed('dead');
    await harness.control('PUT', `shops/${shop}/faults`, { deliveries: { drop: 1 } });
    await harness.control('POST', `shops/${shop}/uninstall`);
    const refused = await ask(merchantId);
    await expect(ask(merchantId, refused.accessToken)).rejects.toMatchObject({
      rawMessage: 'Shopify refused the request',
    });
    const answer = await inside(AdminClient).execute(installedShop, { shop: { merchantId, shopDomain } });
    expect(answer).toEqual({ outcome: 'unauthorized' });
  });

  it.each([
    ['merchant 0', { merchantId: 0n }],
    ['a merchant beyond all ids', { merchantId: 2n ** 60n }],
    ['half a hash', { merchantId: 1n, refusedTokenSha256: new Uint8Array(5) }],
  ])('is there for %s', async (_what, request) => {
    const call = inside(RpcClients).client(AuthService).getAccessToken(request);
    await expect(call).rejects.toMatchObject({ code: Code.InvalidArgument });
  });
});

describe('while Shopify is away', () => {
  it('a token that is due goes on until it ends', async () => {
    const { merchantId, shopDomain } = await installed('orphan');
    const { accessToken } = await ask(merchantId);
    await harness.cutOffShopify();
    harness.advance(58 * minuteMs);
    expect((await ask(merchantId)).accessToken).toBe(accessToken);
    harness.advance(3 * minuteMs);
    await expect(ask(merchantId)).rejects.toMatchObject({ code: Code.Unavailable });
    const answer = await inside(AdminClient).execute(installedShop, { shop: { merchantId, shopDomain } });
    expect(answer).toEqual({ outcome: 'unavailable', reason: 'no access token' });
  });
});
