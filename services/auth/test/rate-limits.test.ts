import type { LoginResponse } from '@loyalnest/contracts/rest/auth';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aShop, startHarness, type Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ RATE_LIMIT_SIGN_IN: '3' });
  for (const name of ['busy', 'named', 'other']) await aShop(harness, name);
});
afterAll(() => harness.close());

async function refresh(refreshToken: string, address = '203.0.113.7') {
  const response = await fetch(`${harness.running.url}/v1/api/auth/refresh`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
    body: JSON.stringify({ refreshToken }),
  });
  return { status: response.status, body: (await response.json()) as LoginResponse };
}

it('refuses a shop that signs in too often, and no other', async () => {
  for (let time = 0; time < 3; time += 1) expect(await harness.login('busy')).toMatchObject({ status: 200 });
  expect(await harness.login('busy')).toMatchObject({ status: 429, body: { code: 'too-many-requests' } });
  expect(await harness.login('other')).toMatchObject({ status: 200 });
});

it('counts refreshes apart, by who asks, and does not use up a token that it refuses', async () => {
  let { refreshToken } = (await harness.login('named')).body;
  const next = async (address?: string) => {
    const { status, body } = await refresh(refreshToken, address);
    if (status === 200) ({ refreshToken } = body);
    return status;
  };
  expect([await next(), await next(), await next(), await next()]).toEqual([200, 200, 200, 429]);
  // Still good: a second use of a used token would have ended the sign-in.
  expect(await next('203.0.113.8')).toBe(200);
});

it('does not count what is no token of ours', async () => {
  for (let time = 0; time < 5; time += 1) expect(await refresh('made up')).toMatchObject({ status: 401 });
});
