import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aShop, startHarness, type Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

describe('signing in', () => {
  it('installs the app in its shop and answers with tokens', async () => {
    const shop = await aShop(harness, 'first');
    const { status, body } = await harness.login(shop);
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        merchantId: expect.any(Number),
        shopDomain: 'first.myshopify.com',
        isNew: true,
        token: expect.any(String),
        expiresAt: expect.any(String),
        refreshToken: expect.any(String),
        refreshExpiresAt: expect.any(String),
      },
    });
    const roles = await harness.api('GET', 'v1/api/auth/roles', { token: body.token });
    expect(roles).toMatchObject({ status: 200, body: { roles: ['admin:full'] } });
  });
});
