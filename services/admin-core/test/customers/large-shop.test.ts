import type { Database, Tx } from '@loyalnest/platform/database/database';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCustomersByHash } from '../../src/customers/customer-record.repository.ts';
import { eraseCustomer, lockCustomers, updateCustomers } from '../../src/customers/customer.repository.ts';
import { countByToken, listCandidates } from '../../src/search/candidate.repository.ts';
import { replaceTokens } from '../../src/search/token.repository.ts';

/** A shop of 20,000 customers among thousands of small ones, where the planner has been wrong. */
const shops = 3_000;
const large = 1;
const customers = 20_000;

let databases: TestDatabase;
let database: Database;

beforeAll(async () => {
  databases = await cloneDatabase();
  database = databases.as('admin-core');
  const { owner } = databases;
  await owner.query(
    `insert into admin_core.merchants (merchant_id, shop_domain, name, currency, timezone, shopify_plan, is_installed, installed_at, confirmed_at)
     select id, id || '.myshopify.com', '', 'EUR', 'UTC', '', true, now(), now() from generate_series(1, ${shops}) as id`,
  );
  await owner.query(
    `insert into admin_core.customers (merchant_id, customer_id, status, has_account, is_announced, email_hash, key_version, search_version)
     select case when id <= ${customers} then ${large} else 2 + id % (${shops} - 1) end, id, 'active', true, true, sha256(id::text::bytea), 1, 1
     from generate_series(1, ${customers} + 30000) as id`,
  );
  await owner.query(
    `insert into admin_core.customer_search_tokens (merchant_id, customer_id, token)
     select merchant_id, customer_id, 1000 + (customer_id * step) % 5000 from admin_core.customers, generate_series(1, 5) as step
     on conflict do nothing`,
  );
  await owner.query('analyze');
});
afterAll(() => databases.close());

const keys = Array.from({ length: 100 }, (_, index) => ({ merchantId: large, customerId: 1 + index * 150 }));
const neighbours = Array.from({ length: 28 }, (_, index) => ({ merchantId: 3 + index, customerId: 1_000_000 + index }));

/** Rows of a table that the work has looked at. PostgreSQL counts for the connection, not only for its transaction. */
async function looks(tx: Tx, table: string, work: () => Promise<unknown>): Promise<number> {
  const before = await looked(tx, table);
  await work();
  return (await looked(tx, table)) - before;
}

async function looked(tx: Tx, table: string): Promise<number> {
  const [row] = await tx.query<{ rows: number }>(
    `select coalesce(idx_tup_fetch, 0) + seq_tup_read as rows from pg_stat_xact_user_tables
     where schemaname = 'admin_core' and relname = $1`,
    [table],
  );
  return row!.rows;
}

const forShops = <R>(work: (tx: Tx) => Promise<R>) =>
  database.forMerchants([large, ...neighbours.map(({ merchantId }) => merchantId)], work);

const newest = { updatedAt: new Date(), triggeredAt: null };
const profile = {
  ...{ email: null, emailHash: null, phone: null, phoneHash: null, firstName: null, lastName: null, locale: null },
  search: { digest: 1, tokens: [1, 2] },
  keyVersion: 1,
};
const state = { status: 'active' as const, hasAccount: false, isAnnounced: true, newest };

describe('in a large shop among many', () => {
  it('a batch of profiles reads and writes the rows of its customers, and no others', async () => {
    const writes = keys.map((key) => ({ ...key, state, createdAt: new Date(), profile }));
    await forShops(async (tx) => {
      const locking = () => lockCustomers(tx, [...keys, ...neighbours]);
      expect(await looks(tx, 'customers', locking)).toBe(keys.length);
      expect(await looks(tx, 'customers', () => updateCustomers(tx, writes))).toBeLessThanOrEqual(keys.length);
      const replacing = () =>
        replaceTokens(
          tx,
          writes.map((write) => ({ ...write, tokens: profile.search.tokens })),
        );
      // Five tokens each, looked for once and deleted once.
      expect(await looks(tx, 'customer_search_tokens', replacing)).toBeLessThanOrEqual(10 * keys.length);
    });
    const { rows } = await databases.owner.query<{ count: number }>(
      `select count(*)::int as count from admin_core.customers where merchant_id = ${large} and not has_account`,
    );
    expect(rows[0]?.count).toBe(keys.length);
  });

  it('a customer is found by a hash, and erased, by their own rows', async () => {
    const departure = {
      merchantId: large,
      customerId: 7,
      status: 'deleted' as const,
      mergedInto: null,
      now: new Date(),
    };
    await database.forMerchant(large, async (tx) => {
      const [row] = await tx.query<{ email_hash: Buffer }>(
        `select email_hash from customers where merchant_id = ${large} and customer_id = 7`,
      );
      const finding = () => findCustomersByHash(tx, large, { column: 'email_hash', hash: row!.email_hash });
      expect(await looks(tx, 'customers', finding)).toBe(1);
      const erasing = () => eraseCustomer(tx, departure);
      expect(await looks(tx, 'customer_search_tokens', erasing)).toBeLessThanOrEqual(10);
    });
  });

  it('a search looks at a page of its token, and for the others by their whole key', async () => {
    await database.forMerchant(large, async (tx) => {
      const [row] = await tx.query<{ tokens: number[] }>(
        `select array_agg(token) as tokens from customer_search_tokens where merchant_id = ${large} and customer_id = 4001`,
      );
      let found: number[] = [];
      const searching = async () => {
        const tokens = await countByToken(tx, large, row!.tokens.slice(0, 3));
        ({ ids: found } = await listCandidates(tx, { merchantId: large, tokens, before: 9e15, looks: 250 }));
      };
      expect(await looks(tx, 'customer_search_tokens', searching)).toBeLessThan(250);
      expect(found).toContain(4001);
    });
  });
});
