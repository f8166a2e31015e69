import { createHmac, randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { loadConfig } from '@loyalnest/platform/config/config';
import { start, type RunningApp } from '@loyalnest/platform/run';
import { createLogger } from '@loyalnest/platform/telemetry/logger';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { ShopifyModule } from '../src/shopify.module.ts';
import { ShopDirectory, shopDirectoryProvider } from '../src/shops/shop-directory.ts';
import { WebhookDelivery, WebhookDoor, type WebhookHandler } from '../src/webhooks/webhook-door.ts';
import { Injectable, Module } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { client } from './tokens.ts';

@Injectable()
class Recorder implements WebhookHandler {
  readonly topics = ['orders/create', 'shop/update'];
  readonly received: WebhookDelivery[] = [];

  constructor(readonly directory: ShopDirectory) {}

  handle(delivery: WebhookDelivery): Promise<void> {
    this.received.push(delivery);
    return Promise.resolve();
  }
}

@Module({ imports: [ShopifyModule], providers: [shopDirectoryProvider, Recorder] })
class RecorderModule {
  constructor(door: WebhookDoor, recorder: Recorder) {
    door.add(recorder);
  }
}

let database: TestDatabase;
let running: RunningApp;
let recorder: Recorder;

beforeAll(async () => {
  database = await cloneDatabase();
  await database.owner.query(
    `insert into points.shops (merchant_id, shop_domain, currency, timezone, is_installed) values
     (1, 'first.myshopify.com', 'EUR', 'Europe/Berlin', true), (2, 'gone.myshopify.com', 'EUR', 'Europe/Berlin', false)`,
  );
  const config = loadConfig({
    PORT: '0',
    DATABASE_URL: database.ownerUrl,
    DATABASE_ROLE_SECRET: database.roleSecret,
    SHOPIFY_CLIENT_ID: client.clientId,
    SHOPIFY_CLIENT_SECRET: client.clientSecret,
  });
  // Any service with a `shops` table will do; its own module is not what is tested here.
  const services = [{ name: 'points', module: RecorderModule }];
  running = await start({
    config,
    services,
    logger: createLogger({ level: 'silent', service: 'test' }),
    runsJobs: false,
  });
  recorder = running.app.get(Recorder, { strict: false });
});
beforeEach(() => void recorder.received.splice(0));
afterAll(async () => {
  await running.close();
  await database.close();
});

const body = JSON.stringify({ id: 820_982_911_946_154_508n.toString(), total_price: '12.34', note: 'Grüße' });

function sign(text: string | Buffer, secret = client.clientSecret): Buffer {
  return createHmac('sha256', secret).update(text).digest();
}

type Sent = { body?: string | Buffer; headers?: Record<string, string | undefined> };
type Answer = { status: number; code: string | undefined; text: string };

/** Delivers as Shopify does, but for what a test changes. */
function deliver({ body: sent = body, headers = {} }: Sent = {}): Promise<Answer> {
  const bytes = Buffer.from(sent);
  const all = {
    'content-type': 'application/json',
    'x-shopify-topic': 'orders/create',
    'x-shopify-shop-domain': 'first.myshopify.com',
    'x-shopify-hmac-sha256': sign(bytes).toString('base64'),
    'x-shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
    'x-shopify-triggered-at': '2026-11-05T12:00:00.123456789Z',
    ...headers,
  };
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${running.url}/webhooks/shopify`, { method: 'POST', headers: given });
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        const { code } = (text === '' ? {} : JSON.parse(text)) as { code?: string };
        resolve({ status: response.statusCode ?? 0, code, text });
      });
    });
    request.end(bytes);
  });
}

describe('a delivery', () => {
  it('reaches the handler of its topic, and is answered 200 with nothing', async () => {
    expect(await deliver()).toEqual({ status: 200, code: undefined, text: '' });
    expect(recorder.received.map(plain)).toEqual([
      {
        topic: 'orders/create',
        shop: expect.objectContaining({ merchantId: 1, shopDomain: 'first.myshopify.com' }),
        webhookId: 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
        triggeredAt: new Date('2026-11-05T12:00:00.123Z'),
        rawBody: Buffer.from(body),
        body: JSON.parse(body),
      },
    ]);
  });

  it('reaches it for a shop that uninstalled, too: its last news are on their way', async () => {
    expect(await deliver({ headers: { 'x-shopify-shop-domain': 'gone.myshopify.com' } })).toMatchObject({
      status: 200,
    });
  });

  it.each(['', '{"half":', 'null', '[]', '"text"', randomBytes(64)])('reaches it with the body %j', async (odd) => {
    expect(await deliver({ body: odd })).toMatchObject({ status: 200 });
    expect(recorder.received).toHaveLength(1);
  });

  it.each(['', '{"half":', '\u{feff}{}'])(
    'that is no JSON (%j) is handed on as undefined, with its bytes',
    async (odd) => {
      await deliver({ body: odd });
      expect(recorder.received).toMatchObject([{ body: undefined, rawBody: Buffer.from(odd) }]);
    },
  );

  it.each(['application/xml', 'text/plain', 'application/json; charset=latin1', undefined])(
    'is taken as bytes whatever its content type says (%s)',
    async (type) => {
      expect(await deliver({ headers: { 'content-type': type } })).toMatchObject({ status: 200 });
      expect(recorder.received[0]?.rawBody).toEqual(Buffer.from(body));
    },
  );

  it('has no time when Shopify names none that can be read', async () => {
    await deliver({ headers: { 'x-shopify-triggered-at': 'yesterday' } });
    await deliver({ headers: { 'x-shopify-triggered-at': undefined } });
    expect(recorder.received.map(({ triggeredAt }) => triggeredAt)).toEqual([null, null]);
  });
});

const right = sign(body).toString('base64');

describe('a signature is refused', () => {
  it.each<[string, string | undefined]>([
    ['that is missing', undefined],
    ['that is empty', ''],
    ['of another secret', sign(body, 'some-other-secret-of-a-stranger').toString('base64')],
    ['of another body', sign(`${body} `).toString('base64')],
    ['of another algorithm', createHmac('sha1', client.clientSecret).update(body).digest('base64')],
    ['that is cut', right.slice(0, -2)],
    ['that is cut to nothing but padding', '='],
    ['without its padding', right.replace('=', '')],
    ['in hexadecimal', sign(body).toString('hex')],
    ['in base64url', sign(body).toString('base64url')],
    ['with a space inside', `${right.slice(0, 10)} ${right.slice(10)}`],
    ['with something behind it', `${right}AAAA`],
    ['in capitals', right.toUpperCase()],
    ['in quotes', `"${right}"`],
    ['with the name of the algorithm', `sha256=${right}`],
  ])('%s', async (_what, signature) => {
    const answer = await deliver({ headers: { 'x-shopify-hmac-sha256': signature } });
    expect(answer).toMatchObject({ status: 401, code: 'invalid-signature' });
    expect(recorder.received).toEqual([]);
  });

  it('when one byte of the body differs, wherever it is', async () => {
    for (const place of [0, 10, Buffer.byteLength(body) - 1]) {
      const changed = Buffer.from(body);
      changed[place]! ^= 1;
      expect(await deliver({ body: changed, headers: { 'x-shopify-hmac-sha256': right } })).toMatchObject({
        status: 401,
      });
    }
    expect(recorder.received).toEqual([]);
  });

  it('before anything else is looked at', async () => {
    const answer = await deliver({
      headers: { 'x-shopify-hmac-sha256': 'x', 'x-shopify-topic': 'none', 'x-shopify-shop-domain': 'none' },
    });
    expect(answer).toMatchObject({ status: 401 });
  });
});

describe('a signed delivery is refused', () => {
  it.each([undefined, '', 'stranger.myshopify.com', 'FIRST.myshopify.com'])('for the shop %j', async (shop) => {
    const answer = await deliver({ headers: { 'x-shopify-shop-domain': shop } });
    expect(answer).toMatchObject({ status: 404, code: 'unknown-shop' });
    expect(recorder.received).toEqual([]);
  });

  it.each([undefined, '', 'orders/paid', 'ORDERS/CREATE'])('for the topic %j, which nobody owns', async (topic) => {
    const answer = await deliver({ headers: { 'x-shopify-topic': topic } });
    expect(answer).toMatchObject({ status: 404, code: 'unknown-topic' });
  });

  it.each(['myshopify_domain', 'shop_domain'])('when the body names another shop (%s)', async (field) => {
    const other = JSON.stringify({ [field]: 'second.myshopify.com' });
    expect(await deliver({ body: other })).toMatchObject({ status: 422, code: 'shop-mismatch' });
    expect(recorder.received).toEqual([]);
    expect(await deliver({ body: JSON.stringify({ [field]: 'first.myshopify.com' }) })).toMatchObject({ status: 200 });
  });

  it('when it is larger than 10 MB', async () => {
    const answer = await deliver({ body: Buffer.alloc(12 * 1024 * 1024, '{') });
    expect(answer).toMatchObject({ status: 413, code: 'body-too-large' });
    expect(recorder.received).toEqual([]);
  });
});

describe('the door', () => {
  it('lists the topics that have an owner', () => {
    expect(running.app.get(WebhookDoor, { strict: false }).topics()).toEqual(['orders/create', 'shop/update']);
  });

  it('takes one owner per topic', () => {
    expect(() => running.app.get(WebhookDoor, { strict: false }).add(recorder)).toThrow(
      'two handlers own orders/create',
    );
  });
});

function plain({ topic, shop, webhookId, triggeredAt, rawBody, body }: WebhookDelivery) {
  return { topic, shop, webhookId, triggeredAt, rawBody, body };
}

describe('a delivery, once it is in', () => {
  const shop = {
    merchantId: 1,
    shopDomain: 'first.myshopify.com',
    currency: 'EUR',
    timezone: 'UTC',
    isInstalled: true,
  };
  const delivery = (text: string) =>
    new WebhookDelivery({
      topic: 'orders/create',
      shop,
      webhookId: 'w',
      triggeredAt: null,
      rawBody: Buffer.from(text),
    });

  it('is parsed once, and once more after its body was let go', () => {
    const one = delivery('{"id":1}');
    const { body } = one;
    expect(body).toEqual({ id: 1 });
    expect(one.body).toBe(body);
    one.letGoOfBody();
    expect(one.body).toEqual({ id: 1 });
    expect(one.body).not.toBe(body);
  });

  it('has no body when its bytes are not JSON', () => {
    expect(delivery('{"id":').body).toBeUndefined();
  });
});
