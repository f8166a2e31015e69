import { EventConsumer } from '@loyalnest/platform/events/consumer';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CustomerService } from '../../src/customers/customer.service.ts';
import { MerchantEvents } from '../../src/merchants/merchant.events.ts';
import { PrivacyService } from '../../src/privacy/privacy.service.ts';
import { aCustomer, openRoom, type Room } from '../room.ts';

let room: Room;
let privacy: PrivacyService;
let customers: CustomerService;
let shop: string;
let merchantId: number;
let shops = 0;

beforeAll(async () => {
  room = await openRoom();
  privacy = room.running.app.get(PrivacyService, { strict: false });
  customers = room.running.app.get(CustomerService, { strict: false });
});
afterAll(() => room.close());
beforeEach(async () => {
  shop = `shop-${(shops += 1)}.myshopify.com`;
  merchantId = await room.install(shop);
  await room.deliver({ shop, topic: 'customers/create', body: aCustomer() });
});

const id = 7_000_000_001;
const dayMs = 86_400_000;
const person = { id, email: 'Ada.Lovelace@Example.com', phone: '+44 20 7946 0000' };
const ask = (topic: string, facts: Record<string, unknown> = {}, webhookId?: string) =>
  room.deliver({
    shop,
    topic,
    body: { shop_id: 1, shop_domain: shop, customer: person, ...facts },
    ...(webhookId ? { webhookId } : {}),
  });
const askForData = () => ask('customers/data_request', { orders_requested: [], data_request: { id: 9_999 } });
const told = async (type: string) =>
  (await room.events(type))
    .map(({ payload }) => payload as { merchantId: number })
    .filter((one) => one.merchantId === merchantId);
const audit = () =>
  room.rows('select actor, action, subject from admin_core.audit_logs where merchant_id = $1 order by audit_log_id', [
    merchantId,
  ]);
const uninstall = async () => {
  const handlers = [room.running.app.get(MerchantEvents, { strict: false })];
  const consumer = new EventConsumer({ name: 'admin-core', database: room.database.as('admin-core'), handlers });
  const payload = { merchantId, shopDomain: shop, changedAt: room.clock.now().toISOString() };
  await consumer.receive([
    {
      source: 'auth',
      id: Date.now() * 1000 + shops,
      merchantId,
      key: String(merchantId),
      type: 'app.uninstalled.v1',
      payload,
      occurredAt: room.clock.now(),
    },
  ]);
};

/** Every row of every table of the room that belongs to the merchant, as text. */
async function everythingStored(): Promise<string> {
  const tables = ['merchants', 'customers', 'webhook_failures', 'gdpr_requests', 'audit_logs', 'outbox'];
  const rows = await Promise.all(
    tables.map((table) => room.rows(`select * from admin_core.${table} where merchant_id = $1`, [merchantId])),
  );
  return JSON.stringify(
    rows
      .flat()
      .map((row) =>
        Object.values(row).map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : JSON.stringify(value))),
      ),
  );
}

describe('customers/redact', () => {
  it('erases at once, is told and written down once, however often it is delivered', async () => {
    for (let count = 0; count < 2; count += 1) expect(await ask('customers/redact', {}, 'w-1')).toBe(200);
    expect(
      await room.rows(
        'select status, email, email_hash, phone, phone_hash, first_name, last_name from admin_core.customers where merchant_id = $1',
        [merchantId],
      ),
    ).toEqual([
      {
        status: 'redacted',
        email: null,
        email_hash: null,
        phone: null,
        phone_hash: null,
        first_name: null,
        last_name: null,
      },
    ]);
    expect(await told('customer.deleted.v1')).toEqual([{ merchantId, customerId: id, isRedacted: true }]);
    expect(await told('gdpr.request_submitted.v1')).toMatchObject([{ kind: 'customer_redact' }]);
    expect((await audit()).filter(({ action }) => action === 'customer.redacted')).toEqual([
      { actor: 'shopify', action: 'customer.redacted', subject: `customer/${id}` },
    ]);
    expect(await privacy.list(merchantId)).toMatchObject([
      { kind: 'customer_redact', status: 'completed', customerId: id, attempts: 1 },
    ]);
  });

  it('keeps a late update from bringing the customer back', async () => {
    await ask('customers/redact');
    await room.deliver({ shop, topic: 'customers/update', body: aCustomer({ updated_at: '2027-06-01T00:00:00Z' }) });
    await expect(customers.getCustomer({ merchantId, customerId: id })).rejects.toMatchObject({
      code: 'customer-not-found',
    });
  });

  it('is told of a customer whom we never met, and of one who was deleted', async () => {
    await room.deliver({ shop, topic: 'customers/delete', body: { id } });
    await ask('customers/redact');
    await ask('customers/redact', { customer: { id: 8_000_000_000 } });
    expect(await told('customer.deleted.v1')).toEqual([
      { merchantId, customerId: id, isRedacted: false },
      { merchantId, customerId: id, isRedacted: true },
      { merchantId, customerId: 8_000_000_000, isRedacted: true },
    ]);
  });

  it('takes along kept webhooks and collected data of the customer, and nobody else’s', async () => {
    await room.deliver({
      shop,
      topic: 'customers/update',
      body: aCustomer({ updated_at: 'never' }),
      webhookId: 'hers',
    });
    await room.deliver({
      shop,
      topic: 'customers/update',
      body: aCustomer({ id: 5, updated_at: 'never' }),
      webhookId: 'his',
    });
    await askForData();
    await ask('customers/redact');
    expect(
      await room.rows('select webhook_id from admin_core.webhook_failures where merchant_id = $1', [merchantId]),
    ).toEqual([{ webhook_id: 'his' }]);
    expect(
      await room.rows('select 1 from admin_core.gdpr_requests where merchant_id = $1 and result is not null', [
        merchantId,
      ]),
    ).toEqual([]);
  });
});

describe('customers/data_request', () => {
  it('collects what we hold, for the merchant alone to read, and writes down both', async () => {
    for (let count = 0; count < 2; count += 1) expect(await askForData()).toBe(200);
    const [request, ...others] = await privacy.list(merchantId);
    expect(others).toEqual([]);
    expect(request).toMatchObject({ kind: 'data_request', status: 'completed' });
    expect(await everythingStored()).not.toMatch(/Ada|Lovelace|7946 0000/);

    const key = { merchantId, requestId: request!.requestId };
    expect(JSON.parse(await privacy.readResult(key, 'staff/1'))).toMatchObject({
      customerId: id,
      customer: { email: 'Ada.Lovelace@Example.com', firstName: 'Ada', lastName: 'Lovelace', hasAccount: true },
    });
    expect((await audit()).slice(1)).toEqual([
      { actor: 'shopify', action: 'customer.data_collected', subject: `customer/${id}` },
      { actor: 'staff/1', action: 'customer.data_read', subject: `gdpr_request/${key.requestId}` },
    ]);
    const other = await room.install(`other-${shops}.myshopify.com`);
    await expect(privacy.readResult({ ...key, merchantId: other }, 'staff/1')).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('of somebody whom we do not know says so', async () => {
    await ask('customers/data_request', { customer: { id: 5 }, data_request: { id: 1 } });
    const [request] = await privacy.list(merchantId);
    expect(
      JSON.parse(await privacy.readResult({ merchantId, requestId: request!.requestId }, 'staff/1')),
    ).toMatchObject({ customer: null });
  });

  it('is erased with its result when it has been kept for 90 days, not before', async () => {
    await askForData();
    const start = room.clock.now();
    room.clock.advance(90 * dayMs - 1);
    await room.job('erase-expired');
    expect(await privacy.list(merchantId)).toHaveLength(1);
    room.clock.advance(1);
    await room.job('erase-expired');
    expect(await privacy.list(merchantId)).toEqual([]);
    room.clock.set(start);
  });
});

describe('a privacy request that fails', () => {
  const damage = (sql: string) =>
    room.rows(`update admin_core.customers set first_name = ${sql} where merchant_id = ${merchantId}`);
  const later = async (minutes: number) => {
    room.clock.advance(minutes * 60_000);
    await room.job('retry-privacy-requests');
  };
  const state = async () => (await privacy.list(merchantId)).map(({ status, attempts }) => [status, attempts]);

  it('is tried again after a while, and completes', async () => {
    const start = room.clock.now();
    await damage(`overlay(first_name placing '\\x00' from 20)`);
    expect(await askForData()).toBe(200);
    expect(await told('gdpr.request_submitted.v1')).toHaveLength(1);
    expect(await state()).toEqual([['pending', 1]]);
    await later(4);
    expect(await state()).toEqual([['pending', 1]]);
    await damage('null');
    await later(1);
    expect(await state()).toEqual([['completed', 2]]);
    expect((await audit()).filter(({ action }) => action === 'customer.data_collected')).toHaveLength(1);
    room.clock.set(start);
  });

  it('is given up after three retries, and shown as failed', async () => {
    const start = room.clock.now();
    await damage(`overlay(first_name placing '\\x00' from 20)`);
    await askForData();
    for (const minutes of [5, 60, 720, 10_000]) await later(minutes);
    expect(await state()).toEqual([['failed', 4]]);
    expect(
      await room.rows('select last_error from admin_core.gdpr_requests where merchant_id = $1', [merchantId]),
    ).toEqual([{ last_error: 'DecryptionError' }]);
    expect(room.log()).toContain('failed for good');
    expect(room.log()).not.toMatch(/Ada|Lovelace/);
    room.clock.set(start);
  });
});

describe('shop/redact', () => {
  const redactShop = (webhookId?: string) =>
    room.deliver({
      shop,
      topic: 'shop/redact',
      body: { shop_id: 1, shop_domain: shop },
      ...(webhookId ? { webhookId } : {}),
    });

  it('erases everything of the shop and nothing of another, and is told and written down once', async () => {
    const other = `other-${shops}.myshopify.com`;
    const otherId = await room.install(other);
    await room.deliver({ shop: other, topic: 'customers/create', body: aCustomer() });
    await room.deliver({ shop, topic: 'customers/create', body: 'Ada, not JSON' });
    await askForData();
    await uninstall();
    for (let count = 0; count < 2; count += 1) expect(await redactShop('w-1')).toBe(200);

    for (const table of ['customers', 'webhook_failures']) {
      expect(await room.rows(`select 1 from admin_core.${table} where merchant_id = $1`, [merchantId])).toEqual([]);
    }
    expect(await privacy.list(merchantId)).toMatchObject([{ kind: 'shop_redact', status: 'completed' }]);
    expect(
      await room.rows(
        'select name, shopify_plan, staff_roles, is_installed from admin_core.merchants where merchant_id = $1',
        [merchantId],
      ),
    ).toEqual([{ name: '', shopify_plan: '', staff_roles: {}, is_installed: false }]);
    expect(await told('merchant.redacted.v1')).toEqual([{ merchantId, shopDomain: shop }]);
    expect((await audit()).filter(({ action }) => action === 'merchant.redacted')).toHaveLength(1);
    const listed = await room.admin.getMerchants({ limit: 250 });
    expect(listed.merchants.map((one) => one.shopDomain)).not.toContain(shop);
    expect(await customers.getCustomer({ merchantId: otherId, customerId: id })).toMatchObject({ firstName: 'Ada' });
  });

  it('keeps late webhooks of the shop from leaving anything', async () => {
    await uninstall();
    await redactShop();
    for (const topic of ['customers/create', 'customers/update']) {
      expect(await room.deliver({ shop, topic, body: aCustomer({ updated_at: '2027-01-01T00:00:00Z' }) })).toBe(200);
    }
    expect(await room.deliver({ shop, topic: 'customers/delete', body: { id } })).toBe(200);
    expect(await room.rows('select 1 from admin_core.customers where merchant_id = $1', [merchantId])).toEqual([]);
  });

  it('of a shop whose uninstallation we never heard says both', async () => {
    await redactShop();
    expect((await room.events()).filter(({ key }) => key === String(merchantId)).map(({ type }) => type)).toEqual([
      'merchant.installed.v1',
      'gdpr.request_submitted.v1',
      'merchant.uninstalled.v1',
      'merchant.redacted.v1',
    ]);
  });

  it('that comes after the shop has come back erases nothing', async () => {
    const start = room.clock.now();
    await uninstall();
    room.clock.advance(dayMs);
    await room.install(shop);
    room.clock.advance(dayMs);
    await redactShop();
    expect(await privacy.list(merchantId)).toMatchObject([{ kind: 'shop_redact', status: 'superseded' }]);
    expect(await customers.getCustomer({ merchantId, customerId: id })).toMatchObject({ firstName: 'Ada' });
    room.clock.set(start);
  });

  it('lets the shop come back as the merchant it was, with nothing in it', async () => {
    await uninstall();
    await redactShop();
    expect(await room.install(shop)).toBe(merchantId);
    expect((await room.events()).at(-1)).toMatchObject({
      type: 'merchant.installed.v1',
      payload: { merchantId, isInstalled: true },
    });
    await room.deliver({ shop, topic: 'customers/create', body: aCustomer() });
    expect(await customers.getCustomer({ merchantId, customerId: id })).toMatchObject({ firstName: 'Ada' });
  });

  it('and customers arriving at the same moment leave nothing, and nobody waits for ever', async () => {
    await uninstall();
    const arrivals = Array.from({ length: 10 }, (_, index) =>
      room.deliver({ shop, topic: 'customers/create', body: aCustomer({ id: 100 + index }) }),
    );
    const statuses = await Promise.all([...arrivals.slice(0, 5), redactShop(), ...arrivals.slice(5)]);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await room.rows('select 1 from admin_core.customers where merchant_id = $1', [merchantId])).toEqual([]);
  });
});
