import { readFileSync, writeFileSync } from 'node:fs';
import { Encryption } from '@loyalnest/platform/crypto/encryption';
import { FileKeyProvider } from '@loyalnest/platform/crypto/file-key-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CustomerService } from '../../src/customers/customer.service.ts';
import { openProfile } from '../../src/customers/customer-profile.ts';
import { PrivacyService } from '../../src/privacy/privacy.service.ts';
import { ShopifyWebhooks } from '../../src/webhooks/shopify.webhooks.ts';
import { aCustomer, openRoom, type Room } from '../room.ts';

let room: Room;
let merchantId: number;
const shop = 'shop.myshopify.com';

beforeAll(async () => {
  room = await openRoom();
  merchantId = await room.install(shop);
});
afterAll(() => room.close());

const versions = async () => {
  const tables = ['customers', 'gdpr_requests', 'webhook_failures'];
  const rows = await Promise.all(
    tables.map((table) =>
      room.rows<{ key_version: number }>(
        `select distinct key_version from admin_core.${table} where key_version is not null`,
      ),
    ),
  );
  return rows.map((found) => found.map((row) => row.key_version));
};

describe('a rotation of the master key', () => {
  it('leaves everything readable, findable, and after the job independent of the old key', async () => {
    // More than one batch of the job.
    const ids = Array.from({ length: 205 }, (_, index) => 1_000 + index);
    for (const id of ids) await room.deliver({ shop, topic: 'customers/create', body: aCustomer({ id }) });
    await room.deliver({ shop, topic: 'customers/create', body: aCustomer({ id: 'Ada' }), webhookId: 'w-1' });
    await room.deliver({
      shop,
      topic: 'customers/data_request',
      body: { customer: { id: 1_000 }, data_request: { id: 1 } },
    });
    expect(await versions()).toEqual([[1], [1], [1]]);

    room.rotateKey();
    // What another process wrote with the new key makes this one read the file again.
    const newer = new Encryption(new FileKeyProvider(room.keyFile));
    await room.running.app.get(Encryption).decrypt(await newer.encrypt('x', 'c'), 'c');
    await room.job('reencrypt');
    expect(await versions()).toEqual([[2], [2], [2]]);

    const customers = room.running.app.get(CustomerService, { strict: false });
    expect(await customers.getCustomer({ merchantId, customerId: 1_204 })).toMatchObject({ firstName: 'Ada' });
    expect(await customers.findByContact(merchantId, { email: 'ada.lovelace@example.com' })).not.toEqual([]);
    const privacy = room.running.app.get(PrivacyService, { strict: false });
    const [request] = await privacy.list(merchantId);
    expect(await privacy.readResult({ merchantId, requestId: request!.requestId }, 'staff/1')).toContain('Lovelace');
    const webhooks = room.running.app.get(ShopifyWebhooks, { strict: false });
    const key = { merchantId, topic: 'customers/create', webhookId: 'w-1' };
    expect(await webhooks.retry(key, 'staff/1')).toMatchObject({ outcome: 'failed-again' });
  });

  it('that retires a version in between leaves what was re-encrypted readable', async () => {
    room.rotateKey();
    const file = JSON.parse(readFileSync(room.keyFile, 'utf8')) as { keys: Record<string, string> };
    // Version 1 stays, because hashes come from it; here it is another, so that nothing can have been read with it.
    const keys = { ...file.keys, 1: file.keys['3'] };
    writeFileSync(room.keyFile, JSON.stringify({ ...file, keys }), { mode: 0o600 });
    const encryption = new Encryption(new FileKeyProvider(room.keyFile));
    const [row] = await room.rows<{ email: Buffer; phone: Buffer; first_name: Buffer; last_name: Buffer }>(
      'select email, phone, first_name, last_name from admin_core.customers where customer_id = 1000',
    );
    const { email, phone, first_name: firstName, last_name: lastName } = row!;
    const profile = { email, phone, firstName, lastName, locale: null };
    expect(await openProfile(encryption, { merchantId, customerId: 1_000 }, profile)).toMatchObject({
      lastName: 'Lovelace',
    });
  });
});
