import { randomUUID } from 'node:crypto';
import type { LoginResponse, Role } from '@loyalnest/contracts/rest/auth';
import { apiTokenKey, signApiToken } from '@loyalnest/shopify/api-token';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aShop, client, startHarness, type Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
  await aShop(harness, 'shop');
  await aShop(harness, 'other');
});
afterAll(() => harness.close());

const revoke = (token: string | undefined, body: unknown) =>
  harness.api('POST', 'admin/v1/auth/revoke', token === undefined ? { body } : { token, body });

/** Signs in one of the shop's people. */
async function signIn(shop: string, userId: number): Promise<LoginResponse> {
  const { body } = await harness.control<{ sessionToken: string }>('POST', `shops/${shop}/session-token`, { userId });
  return (await harness.api<LoginResponse>('POST', 'v1/api/auth/login', { token: body.sessionToken })).body;
}

async function statusOf({ token, refreshToken }: { token: string; refreshToken?: string }) {
  const access = await harness.api('GET', 'v1/api/auth/roles', { token });
  if (refreshToken === undefined) return access.status;
  const refresh = await harness.api('POST', 'v1/api/auth/refresh', { body: { refreshToken } });
  return [access.status, refresh.status];
}

const tokenIdOf = ({ token }: { token: string }) => decodeJwt(token).jti!;

describe('revoking', () => {
  it('ends one sign-in by the id of its token, and no other', async () => {
    const [mine, lost] = [await signIn('shop', 1), await signIn('shop', 2)];
    expect(await revoke(mine.token, { tokenId: tokenIdOf(lost) })).toEqual({ status: 200, body: { signIns: 1 } });
    expect(await statusOf(lost)).toEqual([401, 401]);
    expect(await statusOf(mine)).toEqual([200, 200]);
  });

  it('ends the tokens that the sign-in got meanwhile, too', async () => {
    const [mine, lost] = [await signIn('shop', 1), await signIn('shop', 2)];
    const next = await harness.api<LoginResponse>('POST', 'v1/api/auth/refresh', {
      body: { refreshToken: lost.refreshToken },
    });
    await revoke(mine.token, { tokenId: tokenIdOf(lost) });
    expect(await statusOf(lost)).toEqual([401, 401]);
    expect(await statusOf(next.body)).toEqual([401, 401]);
  });

  it('ends all sign-ins of a person', async () => {
    const [mine, ...lost] = [await signIn('shop', 1), await signIn('shop', 3), await signIn('shop', 3)];
    expect(await revoke(mine!.token, { userId: 3 })).toEqual({ status: 200, body: { signIns: 2 } });
    for (const each of lost) expect(await statusOf(each)).toEqual([401, 401]);
    expect(await statusOf(mine!)).toEqual([200, 200]);
    expect(await revoke(mine!.token, { userId: 3 })).toEqual({ status: 200, body: { signIns: 0 } });
  });

  it('ends everybody’s sign-ins, the caller’s with them, and nobody’s in another shop', async () => {
    const [mine, other] = [await signIn('shop', 1), await signIn('other', 1)];
    expect(await revoke(mine.token, { everybody: true })).toMatchObject({ status: 200 });
    expect(await statusOf(mine)).toEqual([401, 401]);
    expect(await statusOf(other)).toEqual([200, 200]);
    expect(await statusOf(await signIn('shop', 1))).toEqual([200, 200]);
  });

  it('holds after a restart', async () => {
    const [mine, lost] = [await signIn('shop', 1), await signIn('shop', 2)];
    await revoke(mine.token, { tokenId: tokenIdOf(lost) });
    await harness.restart();
    expect(await statusOf({ token: lost.token })).toBe(401);
    expect(await statusOf({ token: mine.token })).toBe(200);
  });

  it('does not find another shop’s sign-in', async () => {
    const [mine, other] = [await signIn('shop', 1), await signIn('other', 1)];
    expect(await revoke(mine.token, { tokenId: tokenIdOf(other) })).toMatchObject({
      status: 404,
      body: { code: 'not-found' },
    });
    expect(await statusOf(other)).toEqual([200, 200]);
  });

  it('does not find what is over, or was never there', async () => {
    const [mine, lost] = [await signIn('shop', 1), await signIn('shop', 2)];
    await revoke(mine.token, { tokenId: tokenIdOf(lost) });
    for (const tokenId of [tokenIdOf(lost), randomUUID()]) {
      expect(await revoke(mine.token, { tokenId })).toMatchObject({ status: 404, body: { code: 'not-found' } });
    }
  });

  it('needs admin:full', async () => {
    const { merchantId } = await signIn('shop', 1);
    const roles: Role[] = ['admin:points', 'admin:support', 'admin:analytics'];
    const now = new Date(harness.simulator.world.clock.now());
    const expiresAt = new Date(now.getTime() + 60_000);
    const token = await signApiToken(
      { tokenId: randomUUID(), merchantId, shopDomain: 'shop.myshopify.com', userId: 5, roles, expiresAt },
      { key: apiTokenKey(client.clientSecret), now },
    );
    expect(await revoke(token, { everybody: true })).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });

  it('needs somebody', async () => {
    expect(await revoke(undefined, { everybody: true })).toMatchObject({
      status: 401,
      body: { code: 'unauthenticated' },
    });
  });

  it('works with a session token of Shopify', async () => {
    const lost = await signIn('shop', 2);
    const token = await harness.sessionToken('shop');
    expect(await revoke(token, { tokenId: tokenIdOf(lost) })).toMatchObject({ status: 200 });
  });

  it.each([undefined, {}, { tokenId: 'x' }, { userId: 0 }, { everybody: false }, { tokenId: randomUUID(), userId: 1 }])(
    'refuses the body %j',
    async (body) => {
      const token = await harness.sessionToken('shop');
      expect(await revoke(token, body)).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
    },
  );
});
