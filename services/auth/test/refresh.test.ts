import type { Tokens } from '@loyalnest/contracts/rest/auth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aShop, startHarness, type Answer, type Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
  await aShop(harness, 'shop');
});
afterAll(() => harness.close());

const dayMs = 86_400_000;

function refresh(refreshToken: unknown): Promise<Answer<Tokens>> {
  return harness.api('POST', 'v1/api/auth/refresh', { body: { refreshToken } });
}

async function isLetIn(token: string): Promise<boolean> {
  const { status } = await harness.api('GET', 'v1/api/auth/roles', { token });
  return status === 200;
}

describe('refreshing', () => {
  it('gives the next pair, and the one before goes on until it ends', async () => {
    const { body: first } = await harness.login('shop');
    const { status, body: second } = await refresh(first.refreshToken);
    expect(status).toBe(200);
    expect(second).toEqual({
      token: expect.any(String),
      expiresAt: expect.any(String),
      refreshToken: expect.stringMatching(/^lnr_/),
      refreshExpiresAt: first.refreshExpiresAt,
    });
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect([await isLetIn(first.token), await isLetIn(second.token)]).toEqual([true, true]);
    expect((await refresh(second.refreshToken)).status).toBe(200);
  });

  it('ends the whole sign-in, at once, when a refresh token is used twice', async () => {
    const { body: first } = await harness.login('shop');
    const { body: other } = await harness.login('shop');
    const { body: second } = await refresh(first.refreshToken);
    expect(await refresh(first.refreshToken)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    expect((await refresh(second.refreshToken)).status).toBe(401);
    expect([await isLetIn(first.token), await isLetIn(second.token)]).toEqual([false, false]);
    expect(await isLetIn(other.token)).toBe(true);
  });

  it('ends the sign-in when a refresh token is used twice at the same time', async () => {
    const { body } = await harness.login('shop');
    const answers = await Promise.all(Array.from({ length: 4 }, () => refresh(body.refreshToken)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401, 401, 401]);
    const continued = answers.find(({ status }) => status === 200)!;
    expect(await isLetIn(continued.body.token)).toBe(false);
  });

  it('is over 30 days after the sign-in', async () => {
    let { body: tokens } = await harness.login('shop');
    harness.advance(29 * dayMs);
    ({ body: tokens } = (await refresh(tokens.refreshToken)) as Answer<typeof tokens>);
    expect(tokens.token).toEqual(expect.any(String));
    harness.advance(dayMs);
    expect((await refresh(tokens.refreshToken)).status).toBe(401);
  });

  it('lets in nobody with the hash that is stored', async () => {
    const { body } = await harness.login('shop');
    const hashes = await harness.rows<{ hash: string }>(
      `select encode(token_sha256, 'base64') as hash from auth.refresh_tokens`,
    );
    for (const { hash } of hashes) expect(body.refreshToken).not.toContain(hash.slice(0, 20));
  });

  it.each([
    'x',
    'lnr_1_short',
    `lnr_1_${'A'.repeat(43)}`,
    `lnr_0_${'A'.repeat(43)}`,
    `lnr_zzzzzzzzzzz_${'A'.repeat(43)}`,
    `lnr_-1_${'A'.repeat(43)}`,
  ])('is refused with %j', async (refreshToken) => {
    expect(await refresh(refreshToken)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });

  it('is refused with another merchant’s name on the token', async () => {
    const { body: own } = await harness.login('shop');
    await aShop(harness, 'other');
    const { body: others } = await harness.login('other');
    const swapped = own.refreshToken.replace(/^lnr_\w+?_/, `lnr_${others.merchantId.toString(36)}_`);
    expect((await refresh(swapped)).status).toBe(401);
    expect((await refresh(own.refreshToken)).status).toBe(200);
  });

  it.each([[undefined], [''], [7], ['x'.repeat(201)]])('names what is wrong with %j', async (refreshToken) => {
    expect(await refresh(refreshToken)).toMatchObject({
      status: 400,
      body: { code: 'invalid-request', issues: [{ path: 'refreshToken' }] },
    });
  });

  it('forgets in the end', async () => {
    await harness.login('shop');
    harness.advance(31 * dayMs);
    await harness.running.jobs.runNow('forget-sign-ins');
    expect(await harness.rows('select 1 from auth.sign_ins')).toEqual([]);
    expect(await harness.rows('select 1 from auth.refresh_tokens')).toEqual([]);
    expect(await harness.rows('select 1 from auth.revoked_tokens')).toEqual([]);
  });
});
