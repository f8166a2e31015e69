import { keyVersion } from '@loyalnest/platform/crypto/encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OfflineTokens } from '../src/installation/offline-tokens.ts';
import { ReencryptTokens } from '../src/installation/reencrypt-tokens.job.ts';
import { aKey, aShop, delivered, startHarness, type Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

type TokenRow = { merchant_id: string; access_token: Buffer; refresh_token: Buffer };

const stored = () => harness.rows<TokenRow>('select * from auth.offline_tokens order by merchant_id');
const versions = async () =>
  (await stored()).map((row) => [keyVersion(row.access_token), keyVersion(row.refresh_token)]);
const reencrypt = () => harness.running.app.get(ReencryptTokens, { strict: false }).run();

async function signInAt(name: string): Promise<number> {
  await aShop(harness, name);
  const { body } = await harness.login(name);
  await delivered(harness);
  return body.merchantId;
}

describe('a rotation of the master key', () => {
  it('leaves tokens readable, and after the job independent of the old key', async () => {
    const first = await signInAt('first');
    await signInAt('second');
    harness.changeKeys(({ keys }) => ({ current: 2, keys: { ...keys, 2: aKey() } }));
    await harness.restart();
    await signInAt('third');
    expect(await versions()).toEqual([
      [1, 1],
      [1, 1],
      [2, 2],
    ]);
    await reencrypt();
    const after = await stored();
    expect(await versions()).toEqual([
      [2, 2],
      [2, 2],
      [2, 2],
    ]);
    await reencrypt();
    expect(await stored()).toEqual(after);

    // Another key in the place of the old one: nothing can be read with it any more.
    harness.changeKeys(({ current, keys }) => ({ current, keys: { ...keys, 1: aKey() } }));
    await harness.restart();
    const tokens = harness.running.app.get(OfflineTokens, { strict: false });
    const { accessToken } = await tokens.get({ merchantId: first });
    expect(harness.shopifyTokens('first')).toContain(accessToken);
    expect(harness.logged.join('')).not.toContain(accessToken);
  });

  it('does not touch a token that is being renewed', async () => {
    harness.changeKeys(({ keys }) => ({ current: 3, keys: { ...keys, 3: aKey() } }));
    await harness.restart();
    const client = await harness.database.owner.connect();
    try {
      await client.query('begin');
      await client.query('select 1 from auth.offline_tokens order by merchant_id limit 1 for update');
      await reencrypt();
      expect((await versions()).map(([access]) => access)).toEqual([2, 3, 3]);
    } finally {
      await client.query('rollback');
      client.release();
    }
    await reencrypt();
    expect((await versions()).map(([access]) => access)).toEqual([3, 3, 3]);
  });
});
