import { verifySessionToken } from '../src/session-token.ts';
import { describe, expect, it } from 'vitest';
import { aSessionToken, client, type SessionTokenParts } from './tokens.ts';

const now = new Date('2026-11-05T12:00:30.500Z');
const seconds = Math.floor(now.getTime() / 1_000);
const verify = (token: string) => verifySessionToken(token, { ...client, now });

describe('verifySessionToken', () => {
  it('says which shop and which person a right token is about, and when Shopify issued it', async () => {
    const token = await aSessionToken({ now });
    expect(await verify(token)).toEqual({
      shopDomain: 'first.myshopify.com',
      userId: 42,
      issuedAt: new Date('2026-11-05T12:00:30Z'),
    });
  });

  it.each<[string, SessionTokenParts]>([
    ['ended 5 seconds ago', { claims: { exp: seconds - 4 } }],
    ['begins in 5 seconds', { claims: { nbf: seconds + 5 } }],
  ])('accepts a token that %s, because clocks differ', async (_what, parts) => {
    await expect(verify(await aSessionToken({ now, ...parts }))).resolves.toMatchObject({ userId: 42 });
  });

  it.each<[string, SessionTokenParts]>([
    ['signed with another secret', { secret: 'some-other-secret-of-a-stranger' }],
    ['of another algorithm', { alg: 'HS512', secret: client.clientSecret.repeat(4) }],
    ['expired', { claims: { exp: seconds - 6 } }],
    ['not valid yet', { claims: { nbf: seconds + 6 } }],
    ['of another app', { claims: { aud: 'other-client' } }],
    ['whose iss is another shop', { claims: { iss: 'https://second.myshopify.com/admin' } }],
    ['whose dest is another shop', { claims: { dest: 'https://second.myshopify.com' } }],
    ['whose iss is no admin', { claims: { iss: 'https://first.myshopify.com' } }],
    ['of a stranger’s domain', { shopDomain: 'first.myshopify.com.evil.example' }],
    ['of a domain in capitals', { shopDomain: 'First.myshopify.com' }],
    ['of a domain with a port', { shopDomain: 'first.myshopify.com:8080' }],
    ['of no shop at all', { shopDomain: '.myshopify.com' }],
    ['with a path in dest', { claims: { dest: 'https://first.myshopify.com/x' } }],
    ['over http', { claims: { iss: 'http://first.myshopify.com/admin', dest: 'http://first.myshopify.com' } }],
    ['without exp', { claims: { exp: undefined } }],
    ['without nbf', { claims: { nbf: undefined } }],
    ['without aud', { claims: { aud: undefined } }],
    ['without dest', { claims: { dest: undefined } }],
    ['without a person', { claims: { sub: undefined } }],
    ['whose person is no number', { claims: { sub: 'me' } }],
  ])('refuses a token %s, and does not say why', async (_what, parts) => {
    const token = await aSessionToken({ now, ...parts });
    await expect(verify(token)).rejects.toMatchObject({
      code: 'unauthenticated',
      message: 'Sign in first',
      details: undefined,
    });
  });

  it('refuses a token without a signature', async () => {
    const [, payload] = (await aSessionToken({ now })).split('.');
    const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
    await expect(verify(`${header}.${payload}.`)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it.each(['', 'x', 'a.b.c', '....'])('refuses %j', async (token) => {
    await expect(verify(token)).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});
