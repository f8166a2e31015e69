import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CustomerService } from '../../src/customers/customer.service.ts';
import { aCustomer, openRoom, type Room } from '../room.ts';

let room: Room;
let customers: CustomerService;
let shop: string;
let merchantId: number;
let shops = 0;

beforeAll(async () => {
  room = await openRoom();
  customers = room.running.app.get(CustomerService, { strict: false });
});
afterAll(() => room.close());
beforeEach(async () => {
  shop = `shop-${(shops += 1)}.myshopify.com`;
  merchantId = await room.install(shop);
});

const id = 7_000_000_001;
const say = (
  topic: string,
  facts: Record<string, unknown> = {},
  more: { webhookId?: string; triggeredAt?: string } = {},
) => room.deliver({ shop, topic, body: aCustomer(facts), ...more });
const told = async (type: string) =>
  (await room.events(type))
    .map(({ payload }) => payload as { merchantId: number })
    .filter((one) => one.merchantId === merchantId);
const stored = () => room.rows('select * from admin_core.customers where merchant_id = $1', [merchantId]);

describe('a customer', () => {
  it('is kept with a profile that only we can read, and told once', async () => {
    expect(await say('customers/create')).toBe(200);
    expect(await customers.getCustomer({ merchantId, customerId: id })).toMatchObject({
      email: 'Ada.Lovelace@Example.com',
      phone: '+44 20 7946 0000',
      firstName: 'Ada',
      lastName: 'Lovelace',
      hasAccount: true,
    });
    expect(await told('customer.created.v1')).toEqual([
      { merchantId, customerId: id, createdAt: '2026-11-20T12:00:00.000Z' },
    ]);
    const [row] = await stored();
    for (const clear of ['Ada', 'Lovelace', 'xample.com', '7946 0000'])
      expect(JSON.stringify(Object.values(row!).map(String))).not.toContain(clear);
  });

  it('is the same customer when the webhook is delivered twice', async () => {
    for (let count = 0; count < 2; count += 1)
      expect(await say('customers/create', {}, { webhookId: 'same' })).toBe(200);
    expect(await stored()).toHaveLength(1);
    expect(await told('customer.created.v1')).toHaveLength(1);
  });

  it('is one customer when creation and updates arrive at once', async () => {
    const update = (second: number) =>
      say('customers/update', { first_name: `Ada ${second}`, updated_at: `2026-11-20T12:00:${second}Z` });
    const statuses = await Promise.all([
      say('customers/create'),
      ...[10, 11, 12, 13, 14, 15].map(update),
      say('customers/create'),
    ]);
    expect(statuses).toEqual(statuses.map(() => 200));
    expect(await customers.getCustomer({ merchantId, customerId: id })).toMatchObject({ firstName: 'Ada 15' });
    expect(await told('customer.created.v1')).toHaveLength(1);
  });

  it('keeps the newest profile when an older one arrives later', async () => {
    await say('customers/update', { email: 'new@example.com', updated_at: '2026-11-20T12:00:09Z' });
    await say('customers/create', { email: 'old@example.com' });
    expect(await customers.getCustomer({ merchantId, customerId: id })).toMatchObject({ email: 'new@example.com' });
    expect(await told('customer.created.v1')).toHaveLength(1);
  });

  it('keeps the newest of two profiles of one second by when Shopify triggered them', async () => {
    await say('customers/update', { email: 'second@example.com' }, { triggeredAt: '2026-11-20T12:00:00.900Z' });
    await say('customers/update', { email: 'first@example.com' }, { triggeredAt: '2026-11-20T12:00:00.100Z' });
    expect(await customers.getCustomer({ merchantId, customerId: id })).toMatchObject({ email: 'second@example.com' });
  });

  it('without e-mail, phone and names is a customer too', async () => {
    await say('customers/create', { email: null, phone: null, first_name: '', last_name: undefined });
    expect(await customers.getCustomer({ merchantId, customerId: id })).toMatchObject({
      email: null,
      phone: null,
      firstName: null,
      lastName: null,
    });
  });

  it('is found by e-mail and phone, however they are spelled, and by nothing else', async () => {
    await say('customers/create');
    const found = async (contact: { email: string } | { phone: string }) =>
      (await customers.findByContact(merchantId, contact)).map(({ customerId }) => customerId);
    expect(await found({ email: ' ada.lovelace@EXAMPLE.com' })).toEqual([id]);
    expect(await found({ phone: '0044 (20) 7946-0000' })).toEqual([id]);
    expect(await found({ email: 'ada@example.com' })).toEqual([]);
    expect(await found({ email: 'not an address' })).toEqual([]);
    const other = await room.install(`other-${shops}.myshopify.com`);
    expect(await customers.findByContact(other, { email: 'ada.lovelace@example.com' })).toEqual([]);
  });

  it('has other hashes in another shop, so that nobody can tell that it is the same person', async () => {
    await say('customers/create');
    const other = `other-${shops}.myshopify.com`;
    await room.install(other);
    await room.deliver({ shop: other, topic: 'customers/create', body: aCustomer() });
    const rows = await room.rows<{ email_hash: Buffer }>(
      'select email_hash from admin_core.customers join admin_core.merchants using (merchant_id) where shop_domain = any ($1)',
      [[shop, other]],
    );
    expect(new Set(rows.map((row) => row.email_hash.toString('hex'))).size).toBe(2);
  });

  it('is unknown in the other shop', async () => {
    await say('customers/create');
    const other = await room.install(`other-${shops}.myshopify.com`);
    await expect(customers.getCustomer({ merchantId: other, customerId: id })).rejects.toMatchObject({
      code: 'customer-not-found',
    });
  });
});

describe('a deleted customer', () => {
  it('leaves nothing personal behind, is told once and does not come back', async () => {
    await say('customers/create');
    for (let count = 0; count < 2; count += 1)
      expect(await room.deliver({ shop, topic: 'customers/delete', body: { id } })).toBe(200);
    await say('customers/update', { updated_at: '2027-01-01T00:00:00Z' });
    await expect(customers.getCustomer({ merchantId, customerId: id })).rejects.toMatchObject({
      code: 'customer-not-found',
    });
    expect(await stored()).toMatchObject([
      {
        status: 'deleted',
        email: null,
        email_hash: null,
        phone: null,
        phone_hash: null,
        first_name: null,
        last_name: null,
      },
    ]);
    expect(await told('customer.deleted.v1')).toEqual([{ merchantId, customerId: id, isRedacted: false }]);
  });

  it('whose deletion overtakes the creation is never created', async () => {
    await room.deliver({ shop, topic: 'customers/delete', body: { id } });
    await say('customers/create');
    expect(await told('customer.created.v1')).toEqual([]);
    expect(await stored()).toMatchObject([{ status: 'deleted' }]);
  });
});

describe('a merge', () => {
  const merge = (facts: Record<string, unknown> = {}) => ({
    admin_graphql_api_customer_kept_id: 'gid://shopify/Customer/7000000002',
    admin_graphql_api_customer_deleted_id: `gid://shopify/Customer/${id}`,
    status: 'completed',
    errors: [],
    ...facts,
  });

  it.each([
    ['before', ['customers/merge', 'customers/delete'], []],
    ['after', ['customers/delete', 'customers/merge'], [{ isRedacted: false }]],
  ])('is told once when it arrives %s the deletion', async (_, topics, deletions) => {
    await say('customers/create');
    for (const topic of [...topics, ...topics]) {
      expect(await room.deliver({ shop, topic, body: topic === 'customers/merge' ? merge() : { id } })).toBe(200);
    }
    expect(await told('customer.merged.v1')).toEqual([
      { merchantId, keptCustomerId: 7_000_000_002, mergedCustomerId: id },
    ]);
    expect(await told('customer.deleted.v1')).toMatchObject(deletions);
    expect(await stored()).toMatchObject([{ status: 'merged', merged_into: 7_000_000_002, email: null }]);
  });

  it('that failed changes nothing', async () => {
    await say('customers/create');
    await room.deliver({ shop, topic: 'customers/merge', body: merge({ status: 'failed' }) });
    expect(await stored()).toMatchObject([{ status: 'active' }]);
  });
});
