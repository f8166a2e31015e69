import { Database } from '@loyalnest/platform/database/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CustomerService } from '../../src/customers/customer.service.ts';
import { ShopifyWebhooks } from '../../src/webhooks/shopify.webhooks.ts';
import { WebhookFailures } from '../../src/webhooks/webhook-failures.ts';
import { aCustomer, openRoom, type Room } from '../room.ts';

let room: Room;
let webhooks: ShopifyWebhooks;
let failures: WebhookFailures;
let shop: string;
let merchantId: number;
let shops = 0;

beforeAll(async () => {
  room = await openRoom();
  webhooks = room.running.app.get(ShopifyWebhooks, { strict: false });
  failures = room.running.app.get(WebhookFailures, { strict: false });
});
afterAll(() => room.close());
beforeEach(async () => {
  shop = `shop-${(shops += 1)}.myshopify.com`;
  merchantId = await room.install(shop);
});

const stored = () => room.rows('select * from admin_core.webhook_failures where merchant_id = $1', [merchantId]);

const listed = () => failures.list({ merchantId, place: undefined, limit: 250 });

describe('a webhook that cannot be processed', () => {
  it.each([
    ['no JSON', 'customers/create', 'Ada Lovelace <ada@example.com>', 'invalid-json'],
    ['no text', 'customers/update', Buffer.from([0xff, 0x00, 0xfe]), 'invalid-json'],
    ['wrong types', 'customers/create', aCustomer({ id: 'seven' }), 'invalid-payload'],
    [
      'an id that is no safe integer',
      'customers/update',
      JSON.stringify(aCustomer()).replace('7000000001', '706405506930370084'),
      'invalid-payload',
    ],
    ['no time', 'customers/update', aCustomer({ updated_at: 'yesterday' }), 'invalid-payload'],
    ['an endless name', 'customers/create', aCustomer({ first_name: 'Ada'.repeat(200) }), 'invalid-payload'],
    ['no customer', 'customers/redact', { shop_id: 1 }, 'invalid-payload'],
    ['a list', 'shop/redact', [], 'invalid-payload'],
    [
      'a merge with itself',
      'customers/merge',
      {
        admin_graphql_api_customer_kept_id: 'gid://shopify/Customer/1',
        admin_graphql_api_customer_deleted_id: 'gid://shopify/Customer/1',
        status: 'completed',
      },
      'invalid-payload',
    ],
    [
      'an unknown currency',
      'shop/update',
      {
        name: 'x',
        currency: 'XXQ',
        iana_timezone: 'UTC',
        plan_display_name: 'Basic',
        updated_at: '2026-11-20T12:00:00Z',
      },
      'invalid-payload',
    ],
  ])('because of %s is answered 200 and kept whole, unreadable to others', async (_, topic, body, reason) => {
    expect(await room.deliver({ shop, topic, body })).toBe(200);
    expect(await listed()).toMatchObject([{ topic, reason, attempts: 1 }]);
    const [row] = await stored();
    expect(JSON.stringify(Object.values(row!).map(String))).not.toMatch(/Ada|example\.com/);
  });

  it('is kept once when it is delivered twice', async () => {
    for (let count = 0; count < 2; count += 1)
      await room.deliver({ shop, topic: 'customers/create', body: 'no', webhookId: 'w-1' });
    expect(await listed()).toMatchObject([{ webhookId: 'w-1', attempts: 2 }]);
  });

  it('without an id is known by its bytes', async () => {
    for (const body of ['one', 'one', 'two'])
      await room.deliver({ shop, topic: 'customers/create', body, webhookId: '' });
    expect(await listed()).toHaveLength(2);
  });

  it('fails again when it is tried again as it was, and is counted', async () => {
    await room.deliver({ shop, topic: 'customers/create', body: aCustomer({ id: null }), webhookId: 'w-1' });
    const key = { merchantId, topic: 'customers/create', webhookId: 'w-1' };
    expect(await webhooks.retry(key, 'staff/1')).toMatchObject({
      outcome: 'failed-again',
      detail: expect.stringContaining('id'),
    });
    expect(await listed()).toMatchObject([{ attempts: 2 }]);
  });

  it('has its effect and is gone when a retry succeeds, and the audit log says who did it', async () => {
    // A constraint of the database stands in for whatever a later version repairs.
    await room.rows(
      `alter table admin_core.customers add constraint no_ada check (merchant_id <> ${merchantId} or status <> 'active')`,
    );
    expect(await room.deliver({ shop, topic: 'customers/create', body: aCustomer(), webhookId: 'w-1' })).toBe(200);
    expect(await listed()).toMatchObject([{ reason: 'not-processed', detail: expect.stringContaining('23514') }]);
    const key = { merchantId, topic: 'customers/create', webhookId: 'w-1' };
    expect(await webhooks.retry(key, 'staff/1')).toMatchObject({ outcome: 'failed-again' });

    await room.rows('alter table admin_core.customers drop constraint no_ada');
    expect(await webhooks.retry(key, 'staff/1')).toEqual({ outcome: 'processed' });
    expect(await webhooks.retry(key, 'staff/1')).toEqual({ outcome: 'not-found' });
    expect(await listed()).toEqual([]);
    const customers = room.running.app.get(CustomerService, { strict: false });
    expect(await customers.getCustomer({ merchantId, customerId: 7_000_000_001 })).toMatchObject({ firstName: 'Ada' });
    expect(
      await room.rows(
        `select actor, action, subject, details from admin_core.audit_logs where merchant_id = $1 and action like 'webhook.%'`,
        [merchantId],
      ),
    ).toEqual([
      { actor: 'staff/1', action: 'webhook.retried', subject: 'webhook/w-1', details: { topic: 'customers/create' } },
    ]);
  });

  it('can be thrown away', async () => {
    await room.deliver({ shop, topic: 'customers/create', body: 'no', webhookId: 'w-1' });
    const key = { merchantId, topic: 'customers/create', webhookId: 'w-1' };
    expect([await failures.discard(key, 'staff/1'), await failures.discard(key, 'staff/1')]).toEqual([true, false]);
    expect(await stored()).toEqual([]);
  });

  it('of another merchant cannot be tried again', async () => {
    await room.deliver({ shop, topic: 'customers/create', body: 'no', webhookId: 'w-1' });
    const other = await room.install(`other-${shops}.myshopify.com`);
    expect(await webhooks.retry({ merchantId: other, topic: 'customers/create', webhookId: 'w-1' }, 'staff/1')).toEqual(
      { outcome: 'not-found' },
    );
  });

  it('is erased after 30 days at most, however often it was tried', async () => {
    await room.deliver({ shop, topic: 'customers/create', body: 'no', webhookId: 'w-1' });
    const start = room.clock.now();
    room.clock.advance(29 * 86_400_000);
    await webhooks.retry({ merchantId, topic: 'customers/create', webhookId: 'w-1' }, 'staff/1');
    await room.job('erase-expired');
    expect(await stored()).toHaveLength(1);
    room.clock.advance(1 * 86_400_000 + 1);
    await room.job('erase-expired');
    expect(await stored()).toEqual([]);
    room.clock.set(start);
  });
});

describe('a webhook', () => {
  it('is answered 503 while the database is away, and nothing is kept', async () => {
    const [named] = await room.rows<{ name: string }>('select current_database() as name');
    await room.rows(`alter database ${named?.name} connection limit 0`);
    await room.rows(
      `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'loyalnest_admin_core' and datname = current_database()`,
    );
    try {
      // The shop is known from memory or not; either way the answer is that we are away.
      expect(await room.deliver({ shop, topic: 'customers/create', body: aCustomer() })).toBe(503);
    } finally {
      await room.rows(`alter database ${named?.name} connection limit -1`);
    }
    expect(await room.deliver({ shop, topic: 'customers/create', body: aCustomer() })).toBe(200);
    expect(await stored()).toEqual([]);
  });

  it('is answered 503 while somebody holds what it waits for, and nothing is kept', async () => {
    const { pool } = room.running.app.get(Database, { strict: false });
    const body = aCustomer();
    await room.deliver({ shop, topic: 'customers/create', body });
    const limit = pool.options.statement_timeout;
    pool.options.statement_timeout = 200;
    await room.rows(
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = 'loyalnest_admin_core' and datname = current_database()`,
    );
    const holder = await room.database.owner.connect();
    try {
      await holder.query('begin');
      await holder.query('select from admin_core.customers where merchant_id = $1 for update', [merchantId]);
      const news = { ...body, first_name: 'Grace', updated_at: '2026-11-21T12:00:00Z' };
      expect(await room.deliver({ shop, topic: 'customers/update', body: news })).toBe(503);
      await holder.query('commit');
      expect(await room.deliver({ shop, topic: 'customers/update', body: news })).toBe(200);
    } finally {
      holder.release(true);
      pool.options.statement_timeout = limit;
    }
    expect(await stored()).toEqual([]);
  });

  it('with a wrong signature, of an unknown shop or for another shop leaves no trace', async () => {
    const response = await fetch(`${room.running.url}/webhooks/shopify`, {
      method: 'POST',
      body: JSON.stringify(aCustomer()),
      headers: {
        'x-shopify-topic': 'customers/create',
        'x-shopify-shop-domain': shop,
        'x-shopify-hmac-sha256': 'bm8=',
      },
    });
    expect(response.status).toBe(401);
    expect(await room.deliver({ shop: 'nobody.myshopify.com', topic: 'customers/create', body: aCustomer() })).toBe(
      404,
    );
    expect(await room.deliver({ shop, topic: 'shop/redact', body: { shop_domain: 'other.myshopify.com' } })).toBe(422);
    expect(await stored()).toEqual([]);
    expect(await room.rows('select 1 from admin_core.customers where merchant_id = $1', [merchantId])).toEqual([]);
  });
});

describe('logs', () => {
  it('hold nothing personal, whatever came in', async () => {
    await room.deliver({ shop, topic: 'customers/create', body: aCustomer() });
    await room.deliver({ shop, topic: 'customers/create', body: aCustomer({ id: 'Ada' }) });
    await room.deliver({ shop, topic: 'customers/update', body: '{"email": "ada@example.com"' });
    await room.deliver({ shop, topic: 'customers/redact', body: { customer: { id: 'x', email: 'ada@example.com' } } });
    expect(room.log()).toContain('webhook kept');
    expect(room.log()).not.toMatch(/Ada|Lovelace|xample\.com|7946 0000/);
  });
});
