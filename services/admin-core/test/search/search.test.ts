import { customerSearchPageSchema } from '@loyalnest/contracts/rest/customers';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CustomerSearch } from '../../src/search/customer-search.ts';
import { aCustomer, openRoom, type Room } from '../room.ts';
import { aWord, beginningsOf } from './people.ts';

let room: Room;
let shop: string;
let merchantId: number;
let shops = 0;

beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());
beforeEach(async () => {
  shop = `shop-${(shops += 1)}.myshopify.com`;
  merchantId = await room.install(shop);
});

const later = '2026-11-20T12:30:00Z';
const say = (id: number, facts: Record<string, unknown> = {}, topic = 'customers/create') =>
  room.deliver({ shop, topic, body: aCustomer({ id, ...facts }) });
const named = (id: number, firstName: string, lastName: string) =>
  say(id, { first_name: firstName, last_name: lastName, email: `c${id}@example.com`, phone: null });
const tokens = (customerId: number) =>
  room.rows<{ token: string }>(
    'select token from admin_core.customer_search_tokens where merchant_id = $1 and customer_id = $2 order by token',
    [merchantId, customerId],
  );

async function page(query: Record<string, string>, from = shop) {
  const { status, body } = await room.api(from, `v1/api/customers/search?${new URLSearchParams(query).toString()}`);
  expect({ status, body }).toMatchObject({ status: 200 });
  return customerSearchPageSchema.parse(body);
}
const search = async (q: string, from = shop) => (await page({ q }, from)).items.map(({ customerId }) => customerId);

describe('a search', () => {
  it('finds customers by name, e-mail and phone, newest first, and tells who they are', async () => {
    await named(1, 'Ada', 'Lovelace');
    await named(2, 'Adam', 'Smith');
    await say(3, { first_name: 'Grace', last_name: 'Hopper', email: 'grace@navy.mil', phone: '+1 202 555 0100' });
    expect(await search('ada')).toEqual([2, 1]);
    expect(await search('ada lovel')).toEqual([1]);
    expect(await search('GRACE@navy.MIL')).toEqual([3]);
    expect(await search('grace@na')).toEqual([3]);
    expect(await search('001 (202) 555-0100')).toEqual([3]);
    expect(await search('nobody')).toEqual([]);
    expect((await page({ q: 'hop' })).items).toEqual([
      {
        customerId: 3,
        name: 'Grace Hopper',
        email: 'grace@navy.mil',
        phone: '+1 202 555 0100',
        joinedAt: '2026-11-20T12:00:00.000Z',
        isRedacted: false,
      },
    ]);
  });

  it('tells the whole address from how it begins', async () => {
    await say(1, { email: 'ada@example.co', phone: null });
    await say(2, { email: 'ada@example.com', phone: null });
    expect(await search('ada@example.co')).toEqual([1]);
    expect(await search('ada@example.c')).toEqual([2, 1]);
  });

  it('of one letter, or of none, finds nobody', async () => {
    await named(1, 'Ada', 'Lovelace');
    for (const q of ['a', '—', '@']) expect(await search(q)).toEqual([]);
  });

  it('ends each page where the next begins, also when candidates turn out to be others', async () => {
    // All of them share the token of `christ`; a third of them is looked for.
    const names = ['Christine', 'Christian', 'Christoph'];
    for (let id = 1; id <= 60; id += 1) await named(id, names[id % 3]!, 'X');
    const expected = Array.from({ length: 60 }, (_, index) => 60 - index).filter((id) => id % 3 === 0);
    const seen: number[] = [];
    let cursor: string | null = null;
    let pages = 0;
    do {
      const found = await page({ q: 'christin', limit: '6', ...(cursor === null ? {} : { cursor }) });
      seen.push(...found.items.map(({ customerId }) => customerId));
      cursor = found.nextCursor;
      pages += 1;
    } while (cursor !== null);
    expect(seen).toEqual(expected);
    expect(pages).toBe(4);
  });

  it('finds nobody of another shop', async () => {
    await named(1, 'Ada', 'Lovelace');
    const other = `other-${shops}.myshopify.com`;
    await room.install(other);
    for (const q of ['ada', 'c1@example.com']) expect(await search(q, other)).toEqual([]);
  });

  it.each([
    ['nothing to look for', 'q=%20', 'invalid-request'],
    ['more than anybody types', `q=${'x'.repeat(101)}`, 'invalid-request'],
    ['a cursor of another list', 'q=ada&cursor=e30', 'invalid-cursor'],
  ])('with %s is refused', async (_, query, code) => {
    expect(await room.api(shop, `v1/api/customers/search?${query}`)).toMatchObject({ status: 400, body: { code } });
  });

  it('is answered to nobody without a token', async () => {
    expect(await room.api(shop, 'v1/api/customers/search?q=ada', { token: null })).toMatchObject({ status: 401 });
  });
});

describe('a customer', () => {
  it('is found by how each of their words begins, from two letters on, whatever their script', async () => {
    const people = fc.array(fc.record({ first: aWord, last: aWord, local: fc.stringMatching(/^[a-z0-9]{2,9}$/) }), {
      minLength: 5,
      maxLength: 8,
    });
    const customers = room.running.app.get(CustomerSearch, { strict: false });
    let id = 0;
    await fc.assert(
      fc.asyncProperty(people, async (batch) => {
        for (const { first, last, local } of batch) {
          id += 1;
          const status = await say(id, {
            first_name: first,
            last_name: last,
            email: `${local}@shop.test`,
            phone: null,
          });
          expect(status).toBe(200);
          for (const beginning of [first, last, local].flatMap(beginningsOf)) {
            const page = await customers.search({ merchantId, text: beginning, before: undefined, limit: 250 });
            expect(page.customers.map(({ customerId }) => customerId)).toContain(id);
          }
        }
      }),
      { numRuns: 10 },
    );
  });

  it('who changes is found by what they are called now', async () => {
    await named(1, 'Ada', 'Byron');
    await say(1, { first_name: 'Ada', last_name: 'Lovelace', updated_at: later }, 'customers/update');
    expect(await search('byron')).toEqual([]);
    expect(await search('lovelace')).toEqual([1]);
  });

  it('whose orders and addresses change keeps the tokens, row by row', async () => {
    await named(1, 'Ada', 'Lovelace');
    const rows = () =>
      room.rows('select xmin::text from admin_core.customer_search_tokens where merchant_id = $1', [merchantId]);
    const before = await rows();
    await say(
      1,
      { first_name: 'ADA', last_name: 'Lovelace', email: 'C1@example.com', phone: '+44 1', updated_at: later },
      'customers/update',
    );
    expect(await rows()).toEqual(before);
  });

  it.each([
    ['was deleted', 'customers/delete', { id: 1 }],
    ['was redacted', 'customers/redact', { customer: { id: 1 } }],
  ])('who %s leaves no token behind and is not found', async (_, topic, body) => {
    await named(1, 'Ada', 'Lovelace');
    await named(2, 'Ada', 'Lovelace');
    expect(await room.deliver({ shop, topic, body })).toBe(200);
    expect(await tokens(1)).toEqual([]);
    expect(await tokens(2)).not.toEqual([]);
    expect(await search('ada')).toEqual([2]);
    await say(1, { updated_at: later }, 'customers/update');
    expect(await tokens(1)).toEqual([]);
  });

  it('goes with the shop, tokens and all, and nobody else does', async () => {
    await named(1, 'Ada', 'Lovelace');
    const other = `other-${shops}.myshopify.com`;
    const otherId = await room.install(other);
    await room.deliver({ shop: other, topic: 'customers/create', body: aCustomer({ id: 1 }) });
    room.clock.advance(4 * 86_400_000);
    await room.deliver({ shop, topic: 'shop/redact', body: { shop_domain: shop } });
    const left = await room.rows<{ merchant_id: string }>(
      'select distinct merchant_id from admin_core.customer_search_tokens where merchant_id = any ($1)',
      [[merchantId, otherId]],
    );
    expect(left.map((row) => Number(row.merchant_id))).toEqual([otherId]);
  });

  it('has other tokens in another shop', async () => {
    await named(1, 'Ada', 'Lovelace');
    const other = `other-${shops}.myshopify.com`;
    const otherId = await room.install(other);
    await room.deliver({
      shop: other,
      topic: 'customers/create',
      body: aCustomer({ id: 1, email: 'c1@example.com', phone: null }),
    });
    const rows = await room.rows<{ shops: string }>(
      `select count(distinct merchant_id) as shops from admin_core.customer_search_tokens
       where merchant_id = any ($1) group by token`,
      [[merchantId, otherId]],
    );
    expect(new Set(rows.map((row) => Number(row.shops)))).toEqual(new Set([1]));
  });
});

describe('customers from before there was a search', () => {
  const forget = async () => {
    await room.rows('delete from admin_core.customer_search_tokens where merchant_id = $1', [merchantId]);
    await room.rows('update admin_core.customers set search_version = 0, search_digest = null where merchant_id = $1', [
      merchantId,
    ]);
  };

  it('get the tokens that they would have, however often the job runs, and those who are gone get none', async () => {
    for (let id = 1; id <= 205; id += 1) await named(id, 'Ada', `Lovelace${id}`);
    await room.deliver({ shop, topic: 'customers/redact', body: { customer: { id: 7 } } });
    const all = () =>
      room.rows(
        `select customer_id, token, search_digest, search_version
         from admin_core.customer_search_tokens join admin_core.customers using (merchant_id, customer_id)
         where merchant_id = $1 order by 1, 2`,
        [merchantId],
      );
    const before = await all();
    await forget();
    expect(await search('lovelace7')).toEqual([]);
    await room.job('index-customers');
    expect(await all()).toEqual(before);
    await room.job('index-customers');
    expect(await all()).toEqual(before);
    expect(await tokens(7)).toEqual([]);
    expect(await search('lovelace79')).toEqual([79]);
  });

  it('are done before and after a job that died half-way, each once', async () => {
    for (let id = 1; id <= 3; id += 1) await named(id, 'Ada', 'Lovelace');
    await room.rows('update admin_core.customers set search_version = 0 where merchant_id = $1 and customer_id > 1', [
      merchantId,
    ]);
    await room.job('index-customers');
    expect(await search('ada')).toEqual([3, 2, 1]);
  });

  it('are found as they are when they change while the job runs', async () => {
    for (let id = 1; id <= 50; id += 1) await named(id, 'Ada', 'Byron');
    await forget();
    const changes = Array.from({ length: 50 }, (_, index) =>
      say(index + 1, { first_name: 'Ada', last_name: 'Lovelace', updated_at: later }, 'customers/update'),
    );
    await Promise.all([room.job('index-customers'), ...changes]);
    expect(await search('byron')).toEqual([]);
    const found = await page({ q: 'lovelace', limit: '100' });
    expect(found.items).toHaveLength(50);
  });
});

describe('a rotation of the master key', () => {
  it('leaves everybody found', async () => {
    await named(1, 'Ada', 'Lovelace');
    room.rotateKey();
    await room.job('reencrypt');
    expect(await search('ada')).toEqual([1]);
    await named(2, 'Ada', 'Lovelace');
    expect(await search('ada')).toEqual([2, 1]);
  });
});

describe('logs', () => {
  it('hold nothing of what was looked for or found', async () => {
    await named(1, 'Augusta', 'Lovelace');
    await search('augusta');
    await search('c1@example.com');
    expect(room.log()).not.toMatch(/augusta|lovelace|c1@example/i);
  });
});
