import {
  webhookFailureDetailSchema,
  webhookFailurePageSchema,
  webhookRetrySchema,
  type WebhookFailurePage,
} from '@loyalnest/contracts/rest/activity';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aCustomer, openRoom, type Room } from '../room.ts';

let room: Room;
let shop: string;
let merchantId: number;
let shops = 0;
const path = 'v1/api/customers/webhook-failures';

beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());
beforeEach(async () => {
  shop = `shop-${(shops += 1)}.myshopify.com`;
  merchantId = await room.install(shop);
});

const fail = (webhookId: string, body: unknown = '{"email": "ada@example.com", "fi') =>
  room.deliver({ shop, topic: 'customers/create', body, webhookId, triggeredAt: '2026-11-20T11:59:59.5Z' });

async function page(query = '', from = shop): Promise<WebhookFailurePage> {
  const { status, body } = await room.api(from, `${path}${query}`);
  expect(status).toBe(200);
  return webhookFailurePageSchema.parse(body);
}

async function idOf(webhookId: string): Promise<string> {
  const found = (await page()).items.find((failure) => failure.webhookId === webhookId);
  return found!.failureId;
}

async function retry(tail: string) {
  const { status, body } = await room.api(shop, `${path}/${tail}`, { method: 'POST' });
  expect({ status, body }).toMatchObject({ status: 200 });
  return webhookRetrySchema.parse(body);
}

const audited = () =>
  room.rows(
    `select actor, action, subject, details from admin_core.audit_logs
     where merchant_id = $1 and action like 'webhook.%' order by audit_log_id`,
    [merchantId],
  );

/** A constraint of the database stands in for a fault that a later version repairs. */
const breakCustomers = (condition: string) =>
  room.rows(
    `alter table admin_core.customers add constraint broken check (merchant_id <> ${merchantId} or ${condition})`,
  );
const mend = () => room.rows('alter table admin_core.customers drop constraint broken');

describe('kept webhooks', () => {
  it('are listed newest first, page by page', async () => {
    const ids = ['w-1', 'w-2', 'w-3', 'w-4', 'w-5'];
    for (const id of ids) {
      await fail(id);
      room.clock.advance(1_000);
    }
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const found: WebhookFailurePage = await page(`?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`);
      seen.push(...found.items.map(({ webhookId }) => webhookId));
      cursor = found.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual([...ids].reverse());
  });

  it('of one moment are all listed, also with the longest ids', async () => {
    const ids = Array.from({ length: 5 }, (_, index) => String(index).repeat(64));
    for (const id of ids) await fail(id);
    const first = await page('?limit=3');
    const second = await page(`?limit=3&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items].map(({ webhookId }) => webhookId)).toEqual(ids.reverse());
  });

  it('say what they are and why they failed, without their body', async () => {
    await fail('w-1');
    const { items } = await page();
    expect(items).toMatchObject([{ topic: 'customers/create', webhookId: 'w-1', reason: 'invalid-json', attempts: 1 }]);
    expect(items[0]?.triggeredAt).toBe('2026-11-20T11:59:59.500Z');
    expect(JSON.stringify(items)).not.toContain('ada@');
  });

  it('of another shop are not listed, read or tried again', async () => {
    await fail('w-1');
    const id = await idOf('w-1');
    const other = `other-${shops}.myshopify.com`;
    await room.install(other);
    expect((await page('', other)).items).toEqual([]);
    const missing = { status: 404, body: { code: 'webhook-failure-not-found' } };
    expect(await room.api(other, `${path}/${id}`)).toMatchObject(missing);
    expect(await room.api(other, `${path}/${id}/retry`, { method: 'POST' })).toMatchObject(missing);
    expect(await room.api(other, `${path}/retry`, { method: 'POST' })).toMatchObject({ body: { retried: 0 } });
    expect((await page()).items).toMatchObject([{ attempts: 1 }]);
  });

  it('are shown to nobody without a token', async () => {
    for (const options of [{ token: null }, { token: 'no.token.ofours' }])
      expect(await room.api(shop, path, options)).toMatchObject({ status: 401 });
  });

  it('are refused by a cursor of another list', async () => {
    expect(await room.api(shop, `${path}?cursor=e30`)).toMatchObject({ status: 400, body: { code: 'invalid-cursor' } });
  });
});

describe('a kept webhook', () => {
  it('is read as it came, and the audit log says by whom', async () => {
    const body = '{"email": "ada@example.com", "first_name": "Ädä';
    await fail('w-1', body);
    const { body: answer } = await room.api(shop, `${path}/${await idOf('w-1')}`);
    expect(webhookFailureDetailSchema.parse(answer)).toMatchObject({ webhookId: 'w-1', payload: body });
    expect(await audited()).toEqual([
      { actor: 'staff/42', action: 'webhook.read', subject: 'webhook/w-1', details: { topic: 'customers/create' } },
    ]);
  });

  it('that is no text is shown as far as it is', async () => {
    await fail('w-1', Buffer.from([0x7b, 0xff, 0x7d]));
    const { body } = await room.api(shop, `${path}/${await idOf('w-1')}`);
    expect(webhookFailureDetailSchema.parse(body).payload).toBe('{\ufffd}');
  });

  it('that fails again is counted and stays', async () => {
    await fail('w-1');
    expect(await retry(`${await idOf('w-1')}/retry`)).toEqual({ retried: 1, processed: 0, failedAgain: 1 });
    expect((await page()).items).toMatchObject([{ attempts: 2 }]);
  });

  it('that succeeds has its effect once and is gone', async () => {
    await breakCustomers('customer_id <> 1');
    await fail('w-1', aCustomer({ id: 1 }));
    await mend();
    const id = await idOf('w-1');
    expect(await retry(`${id}/retry`)).toEqual({ retried: 1, processed: 1, failedAgain: 0 });
    expect(await room.api(shop, `${path}/${id}/retry`, { method: 'POST' })).toMatchObject({ status: 404 });
    expect(await room.api(shop, `${path}/${id}`)).toMatchObject({ status: 404 });
    expect((await room.api(shop, 'v1/api/customers?ids=1')).body).toMatchObject({ items: [{ name: 'Ada Lovelace' }] });
    expect(await audited()).toMatchObject([{ actor: 'staff/42', action: 'webhook.retried', subject: 'webhook/w-1' }]);
  });

  it.each([
    ['nothing of ours', 'search'],
    ['a topic that nobody processes', Buffer.from('orders/create w-1').toString('base64url')],
    ['one that was never kept', Buffer.from('customers/create w-9').toString('base64url')],
    ['an id that no webhook has', Buffer.from('customers/create \u0000').toString('base64url')],
  ])('is not found by %s', async (_, id) => {
    await fail('w-1');
    const missing = { status: 404, body: { code: 'webhook-failure-not-found' } };
    expect(await room.api(shop, `${path}/${id}`)).toMatchObject(missing);
    expect(await room.api(shop, `${path}/${id}/retry`, { method: 'POST' })).toMatchObject(missing);
  });
});

describe('trying all again', () => {
  it('says how many there were and what became of them', async () => {
    await breakCustomers('customer_id > 3');
    for (const id of [1, 2, 3]) await fail(`good-${id}`, aCustomer({ id }));
    await fail('bad-1');
    await fail('bad-2');
    await mend();
    expect(await retry('retry')).toEqual({ retried: 5, processed: 3, failedAgain: 2 });
    expect((await page()).items.map(({ webhookId }) => webhookId).sort()).toEqual(['bad-1', 'bad-2']);
    expect(await audited()).toHaveLength(3);
  });

  it('takes a hundred at once, and goes on with the others when it is asked again', async () => {
    await Promise.all(Array.from({ length: 105 }, (_, index) => fail(`bad-${index}`)));
    room.clock.advance(1_000);
    expect(await retry('retry')).toMatchObject({ retried: 100, failedAgain: 100 });
    room.clock.advance(1_000);
    await retry('retry');
    const rows = await room.rows<{ attempts: number }>(
      'select attempts from admin_core.webhook_failures where merchant_id = $1 and attempts = 1',
      [merchantId],
    );
    expect(rows).toEqual([]);
  });

  it('twice at once does everything once', async () => {
    await breakCustomers('customer_id > 20');
    for (let id = 1; id <= 20; id += 1) await fail(`good-${id}`, aCustomer({ id }));
    await mend();
    const counts = await Promise.all([retry('retry'), retry('retry')]);
    expect(counts.every(({ failedAgain }) => failedAgain === 0)).toBe(true);
    expect(await page()).toMatchObject({ items: [] });
    const told = (await room.events('customer.created.v1')).filter(
      ({ payload }) => (payload as { merchantId: number }).merchantId === merchantId,
    );
    expect(told).toHaveLength(20);
    expect(await audited()).toHaveLength(20);
  });
});

describe('logs', () => {
  it('hold nothing of what a body says, though it was read and tried again', async () => {
    await fail('w-1');
    await room.api(shop, `${path}/${await idOf('w-1')}`);
    await retry('retry');
    expect(room.log()).not.toContain('ada@example.com');
  });
});
