import { randomBytes } from 'node:crypto';
import { merchantRedacted } from '@loyalnest/contracts/events';
import { ManualClock } from '@loyalnest/platform/clock';
import { Encryption } from '@loyalnest/platform/crypto/encryption';
import { KeyProvider } from '@loyalnest/platform/crypto/key-provider';
import type { Database } from '@loyalnest/platform/database/database';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failureContext, keepFailure } from '../src/intake/webhook-failures.repository.ts';
import { ForgetOldRows } from '../src/retention/forget.job.ts';
import { ShopEvents } from '../src/shops/shop.events.ts';
import { installShop } from './programme.ts';

class OneKey extends KeyProvider {
  readonly #key = randomBytes(32);
  current = () => Promise.resolve({ version: 1, key: this.#key });
  byVersion = () => Promise.resolve(this.#key);
}

const clock = new ManualClock('2026-03-02T00:00:00Z');
const encryption = new Encryption(new OneKey());
const rawBody = Buffer.from([0x7b, 0x22, 0xff, 0x00, 0xc3, 0xa4]);
let databases: TestDatabase;
let database: Database;
let merchantId = 0;

beforeAll(async () => {
  databases = await cloneDatabase();
  database = databases.as('points');
});
beforeEach(async () => {
  merchantId += 1;
  await installShop(database, clock, { merchantId });
});
afterAll(() => databases.close());

function delivery() {
  const shop = {
    merchantId,
    shopDomain: `shop-${merchantId}.myshopify.com`,
    currency: 'EUR',
    timezone: 'Europe/Berlin',
    isInstalled: true,
  };
  return { topic: 'orders/create', shop, webhookId: 'w-1', triggeredAt: null, rawBody, body: undefined };
}

function keep(): Promise<void> {
  return keepFailure(database, encryption, {
    delivery: delivery(),
    reason: 'invalid-json',
    detail: 'x',
    now: clock.now(),
  });
}

async function kept() {
  const { rows } = await databases.owner.query<{ body: Buffer; attempts: number }>(
    'select body, attempts from points.webhook_failures where merchant_id = $1',
    [merchantId],
  );
  return rows;
}

describe('a webhook that cannot be read', () => {
  it('is kept once, byte for byte and encrypted, however often Shopify repeats it', async () => {
    await keep();
    await keep();
    const [failure, ...others] = await kept();
    expect(others).toEqual([]);
    expect(failure?.attempts).toBe(2);
    expect(failure?.body.includes(rawBody)).toBe(false);
    const decrypted = await encryption.decrypt(failure?.body as Buffer, failureContext(delivery()));
    expect(Buffer.from(decrypted, 'latin1')).toEqual(rawBody);
  });

  it('is forgotten after a month', async () => {
    await keep();
    const job = new ForgetOldRows(database, new ShopDirectory(database), clock);
    await job.run();
    expect(await kept()).toHaveLength(1);
    clock.advance(31 * 24 * 60 * 60 * 1_000);
    await job.run();
    expect(await kept()).toEqual([]);
  });

  it('is forgotten with its shop', async () => {
    await keep();
    const events = new ShopEvents(new ShopDirectory(database), clock);
    const payload = { merchantId, shopDomain: delivery().shop.shopDomain };
    const event = {
      source: 'admin-core',
      id: 1,
      merchantId,
      key: '',
      type: merchantRedacted.name,
      payload,
      occurredAt: clock.now(),
    };
    await database.forMerchant(merchantId, (tx) => events.handle(tx, [event]));
    expect(await kept()).toEqual([]);
  });
});
