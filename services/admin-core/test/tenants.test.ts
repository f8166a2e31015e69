import type { Database } from '@loyalnest/platform/database/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aCustomer, openRoom, type Room } from './room.ts';

let room: Room;
let database: Database;
let mine: number;
let other: number;

beforeAll(async () => {
  room = await openRoom();
  database = room.database.as('admin-core');
  mine = await room.install('mine.myshopify.com');
  other = await room.install('other.myshopify.com');
  for (const shop of ['mine.myshopify.com', 'other.myshopify.com']) {
    await room.deliver({ shop, topic: 'customers/create', body: aCustomer() });
    await room.deliver({ shop, topic: 'customers/create', body: 'not JSON' });
    const body = { customer: { id: 1 }, data_request: { id: 1 } };
    await room.deliver({ shop, topic: 'customers/data_request', body });
  }
});
afterAll(() => room.close());

/** A row of each table of tenants, for the merchant `$1`. */
const inserts = {
  customers: `insert into customers (merchant_id, customer_id, status, has_account, is_announced) values ($1, 5, 'active', true, true)`,
  customer_search_tokens: `insert into customer_search_tokens (merchant_id, token, customer_id) values ($1, 5, 5)`,
  webhook_failures: `insert into webhook_failures (merchant_id, topic, webhook_id, body, key_version, reason, detail, kept_at, failed_at)
    values ($1, 'shop/update', 'w', '', 1, '', '', now(), now())`,
  gdpr_requests: `insert into gdpr_requests (merchant_id, kind, source_key, status, received_at, retention_expires_at)
    values ($1, 'shop_redact', 's', 'completed', now(), now())`,
  audit_logs: `insert into audit_logs (merchant_id, created_at, actor, action, subject) values ($1, now(), 'a', 'b', 'c')`,
  merchants: `insert into merchants (merchant_id, shop_domain, name, currency, timezone, shopify_plan, is_installed, installed_at, confirmed_at)
    values ($1 + 1000, 'third.myshopify.com', '', 'EUR', 'UTC', '', true, now(), now())`,
  outbox: `insert into outbox (merchant_id, key, type, payload, occurred_at) values ($1, 'k', 't', '{}', now())`,
};

const refused = /violates row-level security policy/;

describe.each(['customers', 'customer_search_tokens', 'webhook_failures', 'gdpr_requests', 'audit_logs'] as const)(
  '%s',
  (table) => {
    it('shows a merchant its own rows and no others', async () => {
      const seen = await database.forMerchant(mine, (tx) =>
        tx.query<{ merchant_id: number }>(`select merchant_id from ${table}`),
      );
      expect(new Set(seen.map((row) => row.merchant_id))).toEqual(new Set([mine]));
      const others = `select 1 from ${table} where merchant_id = $1`;
      expect(await database.forMerchant(mine, (tx) => tx.query(others, [other]))).toEqual([]);
      expect(await database.forMerchant(other, (tx) => tx.query(others, [other]))).not.toEqual([]);
    });

    it('shows nothing to a transaction that states no merchant', async () => {
      expect(await database.forNoMerchant((tx) => tx.query(`select 1 from ${table}`))).toEqual([]);
    });
  },
);

describe.each(Object.entries(inserts))('%s', (_, insert) => {
  it('takes no row of another merchant', async () => {
    await expect(database.forMerchant(mine, (tx) => tx.query(insert, [other]))).rejects.toThrow(refused);
    await expect(database.forNoMerchant((tx) => tx.query(insert, [mine]))).rejects.toThrow(refused);
  });
});

describe('merchants', () => {
  it('can be looked up by all, and changed only by a transaction that states them', async () => {
    const change = (id: number) =>
      database.forMerchant(mine, (tx) => tx.execute('update merchants set name = name where merchant_id = $1', [id]));
    expect(await database.forNoMerchant((tx) => tx.query('select 1 from shops'))).toHaveLength(2);
    expect([await change(mine), await change(other)]).toEqual([1, 0]);
  });
});

describe('the role of the service', () => {
  it.each([
    ['change the audit log', `update audit_logs set actor = 'nobody'`],
    ['delete from the audit log', 'delete from audit_logs'],
    ['read a partition past its tenant policy', 'select * from audit_logs_default'],
    ['delete merchants', 'delete from merchants'],
    ['see another service', 'select * from points.orders'],
    ['make tables', 'create table admin_core.mine (id int)'],
  ])('may not %s', async (_, statement) => {
    await expect(database.forMerchant(mine, (tx) => tx.query(statement))).rejects.toMatchObject({ code: '42501' });
  });
});
