import { adminCore } from '@loyalnest/admin-core';
import type { LoginResponse } from '@loyalnest/contracts/rest/auth';
import { Clock } from '@loyalnest/platform/clock';
import { start, type RunningApp } from '@loyalnest/platform/run';
import { createLogger } from '@loyalnest/platform/telemetry/logger';
import { startTestRedis, type TestRedis } from '@loyalnest/platform/testing/redis';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aShop, startHarness, type Harness } from './harness.ts';

let redis: TestRedis;
let harness: Harness;
/** A process that knows nothing of sign-ins but what Redis tells it. */
let elsewhere: RunningApp;

beforeAll(async () => {
  redis = await startTestRedis();
  harness = await startHarness({ REDIS_URL: redis.url });
  await aShop(harness, 'shop');
  elsewhere = await start({
    config: { ...harness.config, PORT: 0 },
    services: [adminCore],
    clock: harness.running.app.get(Clock, { strict: false }),
    logger: createLogger({ level: 'silent', service: 'test' }),
    runsJobs: false,
  });
});
afterAll(async () => {
  await elsewhere.close();
  await harness.close();
  await redis.close();
});

async function signIn(userId: number): Promise<LoginResponse> {
  const { body } = await harness.control<{ sessionToken: string }>('POST', 'shops/shop/session-token', { userId });
  return (await harness.api<LoginResponse>('POST', 'v1/api/auth/login', { token: body.sessionToken })).body;
}

async function statusElsewhere({ token }: { token: string }): Promise<number> {
  const response = await fetch(`${elsewhere.url}/v1/api/merchant`, { headers: { authorization: `Bearer ${token}` } });
  return response.status;
}

const revoke = (mine: LoginResponse, lost: LoginResponse) =>
  harness.api('POST', 'admin/v1/auth/revoke', { token: mine.token, body: { tokenId: decodeJwt(lost.token).jti } });

it('refuses a revoked token in every process at once', async () => {
  const [mine, lost] = [await signIn(1), await signIn(2)];
  expect(await statusElsewhere(lost)).toBe(200);
  expect(await revoke(mine, lost)).toMatchObject({ status: 200 });
  expect(await statusElsewhere(lost)).toBe(401);
  expect(await statusElsewhere(mine)).toBe(200);
});

it('refuses at once where it was revoked while Redis is away, and everywhere once it is back', async () => {
  const [mine, lost] = [await signIn(1), await signIn(2)];
  await redis.stop();
  expect(await revoke(mine, lost)).toMatchObject({ status: 200 });
  expect((await harness.api('GET', 'v1/api/auth/roles', { token: lost.token })).status).toBe(401);
  // Nobody is kept out because Redis is away: the token has 15 minutes at most.
  expect(await statusElsewhere(mine)).toBe(200);
  expect(await statusElsewhere(lost)).toBe(200);
  await redis.start();
  await expect.poll(() => statusElsewhere(lost), { timeout: 15_000, interval: 250 }).toBe(401);
  expect(await statusElsewhere(mine)).toBe(200);
});
