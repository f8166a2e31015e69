import { randomBytes } from 'node:crypto';
import { ManualClock } from '@loyalnest/platform/clock';
import { Encryption, keyVersion } from '@loyalnest/platform/crypto/encryption';
import { KeyError, KeyProvider } from '@loyalnest/platform/crypto/key-provider';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Reencrypt } from '../src/retention/reencrypt.job.ts';
import { keepFailure, openBody } from '../src/webhook-failures/keep-failure.ts';
import { installShop } from './programme.ts';

class Keys extends KeyProvider {
  readonly versions = new Map([[1, randomBytes(32)]]);
  current() {
    const version = Math.max(...this.versions.keys());
    return Promise.resolve({ version, key: this.versions.get(version) as Buffer });
  }
  byVersion(version: number) {
    const key = this.versions.get(version);
    return key ? Promise.resolve(key) : Promise.reject(new KeyError(`no version ${version}`));
  }
}

const clock = new ManualClock('2026-03-02T00:00:00Z');
const merchants = [1, 2];
const keys = new Keys();
let databases: TestDatabase;

beforeAll(async () => {
  databases = await cloneDatabase();
  for (const merchantId of merchants) await installShop(databases.as('points'), clock, { merchantId });
});
afterAll(() => databases.close());

type Kept = { merchant_id: string; topic: string; webhook_id: string; body: Buffer };
const kept = async () =>
  (await databases.owner.query<Kept>('select * from points.webhook_failures order by merchant_id, webhook_id')).rows;

describe('a rotation of the master key', () => {
  it('leaves kept webhooks readable, and after the job independent of the old key', async () => {
    const database = databases.as('points');
    const encryption = new Encryption(keys);
    const keep = (merchantId: number, webhookId: string) => {
      const shop = {
        merchantId,
        shopDomain: `shop-${merchantId}.myshopify.com`,
        currency: 'EUR',
        timezone: 'Europe/Berlin',
        isInstalled: true,
      };
      const rawBody = Buffer.from([0x7b, 0xff, merchantId]);
      const delivery = { topic: 'orders/create', shop, webhookId, triggeredAt: null, rawBody, body: undefined };
      return keepFailure(database, encryption, { delivery, reason: 'invalid-json', detail: 'x', now: clock.now() });
    };
    // More than one batch of the job.
    for (let count = 0; count < 205; count += 1) await keep(1, `w-${count}`);
    await keep(2, 'w-1');
    keys.versions.set(2, randomBytes(32));
    await keep(2, 'w-2');

    const job = new Reencrypt(database, encryption, new ShopDirectory(database));
    await job.run();
    const rows = await kept();
    expect(rows).toHaveLength(207);
    expect(new Set(rows.map((row) => keyVersion(row.body)))).toEqual(new Set([2]));
    await job.run();
    expect(await kept()).toEqual(rows);

    keys.versions.delete(1);
    const fresh = new Encryption(keys);
    for (const row of rows) {
      const key = { merchantId: Number(row.merchant_id), topic: row.topic, webhookId: row.webhook_id };
      expect(await openBody(fresh, key, row.body)).toEqual(Buffer.from([0x7b, 0xff, key.merchantId]));
    }
  });
});
