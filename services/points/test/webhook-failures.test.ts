import { randomBytes } from 'node:crypto';
import { customerDeleted, merchantRedacted } from '@loyalnest/contracts/events';
import { MemoryCache } from '@loyalnest/platform/cache/memory-cache';
import { ManualClock } from '@loyalnest/platform/clock';
import { Encryption } from '@loyalnest/platform/crypto/encryption';
import { KeyProvider } from '@loyalnest/platform/crypto/key-provider';
import type { Database } from '@loyalnest/platform/database/database';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KnownBalances } from '../src/balance/known-balances.ts';
import { OrderIntake } from '../src/intake/order-intake.ts';
import { Ledger } from '../src/ledger/ledger.service.ts';
import { DepartureEvents } from '../src/merging/customer.events.ts';
import { Departures } from '../src/merging/departures.service.ts';
import { ForgetOldRows } from '../src/retention/forget.job.ts';
import { ShopEvents } from '../src/shops/shop.events.ts';
import { failureId, failureKeyOf, parseFailureId } from '../src/webhook-failures/failure-key.ts';
import { keepFailure, openBody } from '../src/webhook-failures/keep-failure.ts';
import { aSnapshot, facts } from './orders.ts';
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
  clock.set('2026-03-02T00:00:00Z');
  await installShop(database, clock, { merchantId });
});
afterAll(() => databases.close());

type Delivery = Parameters<typeof failureKeyOf>[0];

function delivery(change: Partial<Delivery> = {}): Delivery {
  const shop = {
    merchantId,
    shopDomain: `shop-${merchantId}.myshopify.com`,
    currency: 'EUR',
    timezone: 'Europe/Berlin',
    isInstalled: true,
  };
  return { topic: 'orders/create', shop, webhookId: 'w-1', triggeredAt: null, rawBody, body: undefined, ...change };
}

function keep(change: Partial<Delivery> = {}): Promise<void> {
  return keepFailure(database, encryption, {
    delivery: delivery(change),
    reason: 'invalid-json',
    detail: 'x',
    now: clock.now(),
  });
}

async function kept() {
  const { rows } = await databases.owner.query<{ webhook_id: string; body: Buffer; attempts: number }>(
    'select webhook_id, body, attempts from points.webhook_failures where merchant_id = $1 order by webhook_id',
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
    expect(await openBody(encryption, failureKeyOf(delivery()), failure?.body as Buffer)).toEqual(rawBody);
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

  it('is known by its bytes when Shopify names it in no usable way', async () => {
    await keep({ webhookId: '' });
    await keep({ webhookId: '', rawBody: Buffer.from('{') });
    await keep({ webhookId: 'x'.repeat(65) });
    expect((await kept()).map(({ attempts }) => attempts).toSorted((a, b) => a - b)).toEqual([1, 2]);
  });

  it('is forgotten a month after it was kept, though it was tried again since', async () => {
    await keep();
    clock.advance(20 * 24 * 60 * 60 * 1_000);
    await keep();
    clock.advance(11 * 24 * 60 * 60 * 1_000);
    await new ForgetOldRows(database, new ShopDirectory(database), clock).run();
    expect(await kept()).toEqual([]);
  });
});

describe('a customer who is deleted', () => {
  async function remove(customerId: number): Promise<void> {
    const known = new KnownBalances(new MemoryCache(), clock);
    const events = new DepartureEvents(new Departures(database, new Ledger(database)), known, clock);
    const payload = { merchantId, customerId, isRedacted: true };
    const event = { source: 'admin-core', id: 1, merchantId, key: '', type: customerDeleted.name, payload };
    await database.forMerchant(merchantId, (tx) => events.handle(tx, [{ ...event, occurredAt: clock.now() }]));
  }

  const webhookIds = async () => (await kept()).map((failure) => failure.webhook_id);

  it('takes along the kept webhooks that name them, and nobody else’s', async () => {
    await keep({ webhookId: 'theirs', body: { id: 1, customer: { id: 7 } } });
    await keep({ webhookId: 'another-s', body: { id: 2, customer: { id: 8 } } });
    await keep({ webhookId: 'nobody-knows-whose', body: undefined });
    await remove(7);
    expect(await webhookIds()).toEqual(['another-s', 'nobody-knows-whose']);
  });

  it('takes along kept webhooks about orders of theirs, which came before or after', async () => {
    const intake = new OrderIntake(database, clock, new OutboxSignal());
    await keep({ webhookId: 'before', topic: 'refunds/create', body: { id: 90, order_id: 1 } });
    await intake.submit({ merchantId, orderId: 1, facts: facts({ snapshot: aSnapshot({ customerId: 7 }) }) });
    intake.onApplicationShutdown();
    await keep({ webhookId: 'after', topic: 'refunds/create', body: { id: 91, order_id: 1 } });
    await keep({ webhookId: 'of-another-order', topic: 'refunds/create', body: { id: 92, order_id: 2 } });
    await remove(7);
    expect(await webhookIds()).toEqual(['of-another-order']);
  });

  it('takes along what names somebody who was merged into them', async () => {
    await keep({ body: { id: 1, customer: { id: 6 } } });
    const departures = new Departures(database, new Ledger(database));
    await database.forMerchant(merchantId, (tx) => departures.merge(tx, { merchantId, from: 6, to: 7 }, clock.now()));
    await remove(7);
    expect(await webhookIds()).toEqual([]);
  });

  it('leaves those of another shop alone', async () => {
    await installShop(database, clock, { merchantId: merchantId + 500 });
    await keep({ body: { id: 1, customer: { id: 7 } } });
    merchantId += 500;
    await remove(7);
    merchantId -= 500;
    expect(await webhookIds()).toEqual(['w-1']);
  });
});

describe('the id of a kept webhook', () => {
  it('leads back to it and says nothing to its reader', () => {
    const key = { merchantId: 1, topic: 'orders/create', webhookId: 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043' };
    expect(failureId(key)).toMatch(/^[\w-]+$/);
    expect(parseFailureId(1, failureId(key))).toEqual(key);
  });

  it.each([
    '',
    'x',
    '*',
    Buffer.from('orders/create').toString('base64url'),
    Buffer.from('a/b c\0').toString('base64url'),
  ])('of another make (%j) leads nowhere', (id) => {
    expect(parseFailureId(1, id)).toBeUndefined();
  });
});
