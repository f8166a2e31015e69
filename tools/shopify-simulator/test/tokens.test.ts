import { describe, expect, it } from 'vitest';
import { createClock } from '../src/index.ts';
import { exchange, startBench, type Bench } from './harness.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

async function sessionToken(bench: Bench, shop = 'demo'): Promise<string> {
  return (await bench.done('POST', `/shops/${shop}/session-token`)).sessionToken;
}

type Pair = { access_token: string; refresh_token: string };

async function install(bench: Bench, change: Record<string, unknown> = {}): Promise<Pair> {
  const response = await exchange(bench, { subject_token: await sessionToken(bench), ...change });
  expect(response.status).toBe(200);
  return (await response.json()) as Pair;
}

async function refresh(bench: Bench, refreshToken: string) {
  const response = await exchange(bench, { grant_type: 'refresh_token', refresh_token: refreshToken });
  return {
    status: response.status,
    body: (await response.json()) as Pair & { error: string; error_description: string },
  };
}

async function isAccepted(bench: Bench, token: string, version = '2026-10'): Promise<number> {
  const response = await bench.shopify(`/admin/api/${version}/graphql.json`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Shopify-Access-Token': token },
    body: JSON.stringify({ query: '{ shop { name } }' }),
  });
  return response.status;
}

describe('token exchange', () => {
  it('gives an hour of access and ninety days of refreshing', async () => {
    const bench = await startBench();
    const pair = await install(bench);
    expect(pair).toMatchObject({ expires_in: 3_600, refresh_token_expires_in: 7_776_000 });
  });

  it.each([
    ['another app', { client_id: 'other' }, 400, 'application_cannot_be_found'],
    ['a wrong secret', { client_secret: 'other' }, 401, 'invalid_client'],
    ['no session token', { subject_token: undefined }, 400, 'invalid_subject_token'],
    ['an access token for a session token', { subject_token: 'shpat_123' }, 400, 'invalid_subject_token'],
    ['an unknown grant', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
    ['an unknown kind of token', { requested_token_type: 'saml' }, 400, 'invalid_request'],
    ['an unknown code', { grant_type: undefined, code: 'guessed' }, 400, 'invalid_request'],
  ])('refuses %s', async (_what, change, status, error) => {
    const bench = await startBench();
    const response = await exchange(bench, { subject_token: await sessionToken(bench), ...change });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error, error_description: expect.any(String) });
  });

  it('refuses a session token after its minute', async () => {
    const bench = await startBench();
    const token = await sessionToken(bench);
    await bench.done('POST', '/clock/advance', { seconds: 61 });
    expect((await exchange(bench, { subject_token: token })).status).toBe(400);
  });

  it("refuses another shop's session token", async () => {
    const bench = await startBench();
    await bench.done('POST', '/shops', { domain: 'other' });
    await bench.done('POST', '/shops/other/install', { open: false });
    const response = await exchange(bench, { subject_token: await sessionToken(bench, 'other') });
    expect(await response.json()).toMatchObject({ error: 'invalid_subject_token' });
  });

  it('refuses a shop where the app is not installed', async () => {
    const bench = await startBench({ installed: false });
    const response = await exchange(bench, { subject_token: await sessionToken(bench) });
    expect(await response.json()).toMatchObject({ error: 'app_not_installed' });
  });

  it('takes the form encoding as well', async () => {
    const bench = await startBench();
    const response = await bench.shopify('/admin/oauth/access_token', {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ client_id: 'test-client-id', client_secret: 'wrong' }).toString(),
    });
    expect(response.status).toBe(401);
  });
});

describe('access tokens', () => {
  it('end after an hour', async () => {
    const bench = await startBench({ clock: createClock() });
    const { access_token: token } = await install(bench);
    expect(await isAccepted(bench, token)).toBe(200);
    bench.simulator.world.clock.advance(HOUR_MS);
    expect(await isAccepted(bench, token)).toBe(401);
  });

  it('are refused without expiry, as for every new public app', async () => {
    const bench = await startBench();
    const { access_token: token } = await install(bench, { expiring: '0' });
    expect(await isAccepted(bench, token)).toBe(403);
  });

  it('are worth nothing for another shop, another version or after uninstalling', async () => {
    const bench = await startBench();
    await bench.done('POST', '/shops', { domain: 'other' });
    const { access_token: token } = await install(bench);
    expect(await isAccepted(bench, token, '2025-01')).toBe(404);
    const elsewhere = await bench.shopify('/admin/api/2026-10/graphql.json', {
      method: 'POST',
      headers: {
        'X-Forwarded-Host': 'other.myshopify.com',
        'X-Shopify-Access-Token': token,
        'Content-Type': 'application/json',
      },
      body: '{}',
    });
    expect(elsewhere.status).toBe(401);
    expect(await elsewhere.json()).toEqual({
      errors: '[API] Invalid API key or access token (unrecognized login or wrong password)',
    });
    await bench.done('POST', '/shops/demo/uninstall');
    expect(await isAccepted(bench, token)).toBe(401);
  });
});

describe('refreshing', () => {
  it('gives a new pair and ends the old access token', async () => {
    const bench = await startBench();
    const first = await install(bench);
    const second = await refresh(bench, first.refresh_token);
    expect(second.status).toBe(200);
    expect(await isAccepted(bench, first.access_token)).toBe(401);
    expect(await isAccepted(bench, second.body.access_token)).toBe(200);
  });

  it('can be repeated when the answer was lost, until the replacement is used', async () => {
    const bench = await startBench();
    const first = await install(bench);
    await refresh(bench, first.refresh_token);
    const again = await refresh(bench, first.refresh_token);
    expect(again.status).toBe(200);
    expect((await refresh(bench, again.body.refresh_token)).status).toBe(200);
    expect(await refresh(bench, first.refresh_token)).toMatchObject({
      status: 401,
      body: { error: 'invalid_request', error_description: 'This request requires an active refresh_token' },
    });
  });

  it('works with an access token that has expired, but not after ninety days', async () => {
    const bench = await startBench({ clock: createClock() });
    const first = await install(bench);
    bench.simulator.world.clock.advance(89 * DAY_MS);
    const second = await refresh(bench, first.refresh_token);
    expect(second.status).toBe(200);
    bench.simulator.world.clock.advance(90 * DAY_MS);
    expect((await refresh(bench, second.body.refresh_token)).status).toBe(401);
  });

  it('is over after uninstalling', async () => {
    const bench = await startBench();
    const { refresh_token: token } = await install(bench);
    await bench.done('POST', '/shops/demo/uninstall');
    expect((await refresh(bench, token)).status).toBe(401);
    await bench.done('POST', '/shops/demo/install', { open: false });
    expect((await refresh(bench, token)).status).toBe(401);
  });
});
