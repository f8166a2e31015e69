import { webhookFailureDetailSchema, webhookFailurePageSchema } from '@loyalnest/contracts/rest/activity';
import type { WebhookFailureDetail, WebhookFailurePage, WebhookRetry } from '@loyalnest/contracts/rest/activity';
import { Encryption } from '@loyalnest/platform/crypto/encryption';
import { createLogger } from '@loyalnest/platform/telemetry/logger';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { WebhookDelivery } from '@loyalnest/shopify/webhooks/webhook-door';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OrderWebhooks } from '../src/intake/order-webhooks.ts';
import { WebhookFailures } from '../src/webhook-failures/webhook-failures.service.ts';
import { keepFailure } from '../src/webhook-failures/keep-failure.ts';
import { openMerchantRoom, type MerchantRoom } from './merchant-room.ts';

const path = '/v1/api/points/webhook-failures';
let room: MerchantRoom;
let merchantId = 0;

beforeAll(async () => {
  room = await openMerchantRoom('2026-03-02T00:00:00Z');
});
beforeEach(async () => {
  merchantId += 1;
  room.clock.set('2026-03-02T00:00:00Z');
  await room.install(merchantId);
});
afterAll(() => room.close());

function anOrder(change: Record<string, unknown> = {}) {
  return {
    id: 1,
    name: '#1001',
    created_at: '2026-03-01T10:00:00Z',
    updated_at: '2026-03-01T10:00:00Z',
    currency: 'EUR',
    financial_status: 'paid',
    total_price: '37.00',
    customer: { id: 7 },
    line_items: [{ id: 1, product_id: 11, quantity: 1, price: '37.00' }],
    email: 'ada@example.com',
    ...change,
  };
}

function aDelivery(webhookId: string, payload: unknown) {
  const rawBody = Buffer.from(JSON.stringify(payload));
  const shop = {
    merchantId,
    shopDomain: `shop-${merchantId}.myshopify.com`,
    currency: 'EUR',
    timezone: 'Europe/Berlin',
    isInstalled: true,
  };
  return new WebhookDelivery({
    topic: 'orders/create',
    shop,
    webhookId,
    triggeredAt: new Date('2026-03-01T10:00:01Z'),
    rawBody,
  });
}

/** Brings a delivery to the door. */
function deliver(webhookId: string, payload: unknown): Promise<void> {
  return room.running.app.get(OrderWebhooks, { strict: false }).handle(aDelivery(webhookId, payload));
}

/** An order that a version before this one could not read. */
function keepReadable(webhookId: string, payload: unknown): Promise<void> {
  const encryption = room.running.app.get(Encryption, { strict: false });
  const delivery = aDelivery(webhookId, payload);
  const now = room.clock.now();
  return keepFailure(room.database, encryption, { delivery, reason: 'invalid-payload', detail: 'x', now });
}

const unreadable = (id: number) => anOrder({ id, currency: 'XXY' });

async function list(query = ''): Promise<WebhookFailurePage> {
  const { status, body } = await room.as<WebhookFailurePage>(merchantId, 'GET', `${path}${query}`);
  expect(status).toBe(200);
  return webhookFailurePageSchema.parse(body);
}

async function onlyId(): Promise<string> {
  const { items } = await list();
  expect(items).toHaveLength(1);
  return items[0]?.failureId ?? '';
}

const retry = (id: string) => room.as<WebhookRetry>(merchantId, 'POST', `${path}/${id}/retry`);
const retryAll = () => room.as<WebhookRetry>(merchantId, 'POST', `${path}/retry`);

async function available(): Promise<unknown> {
  return (await room.as(merchantId, 'GET', '/v1/api/points/balance?customerId=7')).body['available'];
}

async function rows() {
  const { rows: found } = await room.databases.owner.query<{ resolved_by: string | null; body: Buffer | null }>(
    'select resolved_by, body from points.webhook_failures where merchant_id = $1',
    [merchantId],
  );
  return found;
}

it('an order that waits to be posted does not keep its parsed body meanwhile', async () => {
  const delivery = aDelivery('w-1', anOrder());
  const { body } = delivery;
  const posted = room.running.app.get(OrderWebhooks, { strict: false }).handle(delivery);
  expect(delivery.body).not.toBe(body);
  await posted;
});

describe('the list of kept webhooks', () => {
  it('shows what could not be processed, and why', async () => {
    await deliver('w-1', unreadable(1));
    expect((await list()).items).toEqual([
      {
        failureId: expect.any(String),
        topic: 'orders/create',
        webhookId: 'w-1',
        reason: 'unknown-currency',
        detail: 'XXY is no currency',
        attempts: 1,
        triggeredAt: '2026-03-01T10:00:01.000Z',
        failedAt: '2026-03-02T00:00:00.000Z',
      },
    ]);
  });

  it('shows the newest first, page by page, each once', async () => {
    for (const index of [1, 2, 3, 4, 5]) {
      // Two of them at the same moment: the webhook's id decides then.
      if (index !== 3) room.clock.advance(1_000);
      await deliver(`w-${index}`, unreadable(index));
    }
    const shown: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: WebhookFailurePage = await list(`?limit=2${cursor && `&cursor=${cursor}`}`);
      shown.push(...page.items.map(({ webhookId }) => webhookId));
      cursor = page.nextCursor;
    }
    expect(shown).toEqual(['w-5', 'w-4', 'w-3', 'w-2', 'w-1']);
  });

  it('refuses a cursor that it did not hand out', async () => {
    expect(await room.as(merchantId, 'GET', `${path}?cursor=abc`)).toMatchObject({
      status: 400,
      body: { code: 'invalid-cursor' },
    });
  });

  it('shows nobody else’s', async () => {
    await deliver('w-1', unreadable(1));
    merchantId += 500;
    await room.install(merchantId);
    expect(await list()).toEqual({ items: [], nextCursor: null });
    merchantId -= 500;
  });
});

describe('one kept webhook', () => {
  it('is read with its body, as it came', async () => {
    await deliver('w-1', unreadable(1));
    const { body } = await room.as<WebhookFailureDetail>(merchantId, 'GET', `${path}/${await onlyId()}`);
    expect(webhookFailureDetailSchema.parse(body).payload).toBe(JSON.stringify(unreadable(1)));
  });

  it.each([
    ['GET', ''],
    ['POST', '/retry'],
  ])('of another shop, or of nobody, is not found (%s)', async (method, end) => {
    await deliver('w-1', unreadable(1));
    const id = await onlyId();
    await room.install(merchantId + 500);
    const answers = [
      await room.as(merchantId + 500, method, `${path}/${id}${end}`),
      await room.as(merchantId, method, `${path}/nonsense${end}`),
    ];
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 404, body: { code: 'webhook-failure-not-found' } });
    }
  });

  it('that can be processed now is posted as the door would have, and gone from the list', async () => {
    await keepReadable('w-1', anOrder());
    expect(await retry(await onlyId())).toMatchObject({
      status: 200,
      body: { retried: 1, processed: 1, failedAgain: 0 },
    });
    expect(await available()).toBe(37);
    expect((await list()).items).toEqual([]);
    await room.expectProven(merchantId);
  });

  it('leaves on record who dealt with it, and nothing of what it said', async () => {
    await keepReadable('w-1', anOrder());
    await retry(await onlyId());
    expect(await rows()).toEqual([{ resolved_by: 'staff:42', body: null }]);
  });

  it('whose order came another way meanwhile posts nothing twice', async () => {
    await keepReadable('w-1', anOrder());
    await deliver('w-2', anOrder());
    await retry(await onlyId());
    expect(await available()).toBe(37);
  });

  it('that fails again counts it and says the new reason', async () => {
    await keepReadable('w-1', unreadable(1));
    room.clock.advance(5_000);
    expect((await retry(await onlyId())).body).toEqual({ retried: 1, processed: 0, failedAgain: 1 });
    expect((await list()).items).toMatchObject([
      { attempts: 2, reason: 'unknown-currency', failedAt: '2026-03-02T00:00:05.000Z' },
    ]);
  });

  it('that two people try again at once is posted once', async () => {
    await keepReadable('w-1', anOrder());
    const id = await onlyId();
    const answers = await Promise.all([retry(id), retry(id), retry(id)]);
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    expect(await available()).toBe(37);
    expect((await list()).items).toEqual([]);
  });

  it('that was dealt with comes back when it fails anew', async () => {
    await keepReadable('w-1', anOrder());
    await retry(await onlyId());
    await deliver('w-1', unreadable(2));
    const { body } = await room.as<WebhookFailureDetail>(merchantId, 'GET', `${path}/${await onlyId()}`);
    expect(body.payload).toBe(JSON.stringify(unreadable(2)));
  });
});

it('leaves in the log who read and who tried again, and no word of the body', async () => {
  const lines: string[] = [];
  const { app } = room.running;
  const failures = new WebhookFailures(
    room.database,
    app.get(Encryption, { strict: false }),
    app.get(ShopDirectory, { strict: false }),
    app.get(OrderWebhooks, { strict: false }),
    room.clock,
    createLogger({ level: 'info', service: 'test', destination: { write: (line) => void lines.push(line) } }),
  );
  await deliver('w-1', unreadable(1));
  const named = { topic: 'orders/create', webhookId: 'w-1' };
  const key = { merchantId, ...named };
  await failures.read(key, 'staff:42');
  await failures.retry(key, 'staff:43');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { merchant_id: merchantId, ...named, actor: 'staff:42', msg: 'kept webhook read' },
    {
      merchant_id: merchantId,
      ...named,
      actor: 'staff:43',
      outcome: 'failed-again',
      msg: 'kept webhook tried again',
    },
  ]);
  expect(lines.join()).not.toContain('ada');
});

describe('trying all of them again', () => {
  it('processes what can be processed and counts the rest', async () => {
    await keepReadable('w-1', anOrder({ id: 1 }));
    await keepReadable('w-2', anOrder({ id: 2 }));
    await keepReadable('w-3', unreadable(3));
    expect((await retryAll()).body).toEqual({ retried: 3, processed: 2, failedAgain: 1 });
    expect(await available()).toBe(74);
    expect((await list()).items.map(({ webhookId }) => webhookId)).toEqual(['w-3']);
  });

  it('takes a hundred at once, those first whose last try is longest ago', async () => {
    for (let index = 1; index <= 101; index += 1) {
      room.clock.advance(1_000);
      await keepReadable(`w-${index}`, unreadable(index));
    }
    room.clock.advance(1_000);
    expect((await retryAll()).body).toMatchObject({ retried: 100 });
    const untried = (await list('?limit=250')).items.filter(({ attempts }) => attempts === 1);
    expect(untried.map(({ webhookId }) => webhookId)).toEqual(['w-101']);
  });

  it('touches nobody else’s', async () => {
    await keepReadable('w-1', anOrder());
    await room.install(merchantId + 500);
    expect((await room.as(merchantId + 500, 'POST', `${path}/retry`)).body).toMatchObject({ retried: 0 });
    expect((await list()).items).toHaveLength(1);
  });
});
