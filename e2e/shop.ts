import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type {
  BalanceResponse,
  RedemptionResponse,
  SettingsResponse,
  TotalsResponse,
} from '@loyalnest/contracts/rest/points';
import { expect } from 'vitest';
import { runCommand, type Running } from './running.ts';

export type Answer<Body = Record<string, unknown>> = { status: number; body: Body; headers: Headers };

export type Delivery = {
  /** Instead of the right one; `null` sends none. */
  signature?: string | null;
  /** Instead of the shop's own. */
  domain?: string;
  webhookId?: string;
};

type Facts = { currency?: string; signupPoints?: number };

const idleTimeoutMs = 60_000;

/** A shop of the simulator in which LoyalNest is installed: what its people and Shopify do, each through its own door. */
export class Shop {
  readonly running: Running;
  readonly domain: string;
  #token: { value: string; readAtMs: number } | undefined;

  private constructor(running: Running, domain: string) {
    this.running = running;
    this.domain = domain;
  }

  /** A new shop that does not know LoyalNest yet. */
  static async create(running: Running, name: string, { currency = 'EUR' }: Facts = {}): Promise<Shop> {
    const domain = `${name}-${randomBytes(4).toString('hex')}.myshopify.com`;
    await control(running, 'POST', '/shops', { domain, currency, timezone: 'Europe/Berlin' });
    return new Shop(running, domain);
  }

  /** A new shop with LoyalNest. Opening an account earns nothing unless it is said, so that points are those of orders. */
  static async open(running: Running, name: string, { signupPoints = 0, ...facts }: Facts = {}): Promise<Shop> {
    const shop = await Shop.create(running, name, facts);
    const { app } = await shop.control<{ app: Answer }>('POST', '/install', {});
    expect(app).toMatchObject({ status: 200 });
    const { body, status } = await shop.asMerchant<SettingsResponse>('GET', '/v1/api/points/settings');
    expect(status).toBe(200);
    const signup = { isOn: signupPoints > 0, points: signupPoints };
    const saved = await shop.asMerchant('PUT', '/v1/api/points/settings', {
      version: body.version,
      settings: { ...body.settings, signup },
    });
    expect(saved.status).toBe(200);
    return shop;
  }

  /** What people do in the shop and its admin, and what is made to go wrong there. */
  control<Body = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Body> {
    return control<Body>(this.running, method, `/shops/${this.domain}${path}`, body);
  }

  async addCustomer(facts: Record<string, unknown> = {}): Promise<number> {
    const email = `shopper-${randomBytes(6).toString('hex')}@example.com`;
    const { id } = await this.control<{ id: number }>('POST', '/customers', { email, ...facts });
    return id;
  }

  /** A customer who has so many points, by one order. */
  async customerWith(points: number): Promise<number> {
    const customerId = await this.addCustomer();
    await this.order({ customerId, amount: String(points) });
    await this.settled();
    return customerId;
  }

  order(facts: Record<string, unknown>): Promise<Order> {
    return this.control<Order>('POST', '/orders', facts);
  }

  /** Waits until every webhook has been taken. */
  async settled(): Promise<void> {
    const path = `/idle?timeoutMs=${idleTimeoutMs}`;
    expect(await control(this.running, 'GET', path)).toMatchObject({ idle: true, retrying: 0 });
  }

  /** A webhook that Shopify might send, or somebody who would like to be Shopify. */
  async deliver(topic: string, body: unknown, change: Delivery = {}): Promise<Answer> {
    const bytes =
      typeof body === 'string' || Buffer.isBuffer(body) ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
    const signature = change.signature === undefined ? sign(bytes, this.running.clientSecret) : change.signature;
    return request(`${this.running.serverUrl}/webhooks/shopify`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-shopify-topic': topic,
        'x-shopify-shop-domain': change.domain ?? this.domain,
        'x-shopify-webhook-id': change.webhookId ?? randomUUID(),
        'x-shopify-triggered-at': new Date().toISOString(),
        ...(signature === null ? {} : { 'x-shopify-hmac-sha256': signature }),
      },
      body: bytes,
    });
  }

  /** As the embedded app calls for the shop's owner. */
  async asMerchant<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const authorization = `Bearer ${await this.sessionToken()}`;
    return call<Body>(`${this.running.serverUrl}${path}`, { method, body, headers: { authorization, ...headers } });
  }

  /** As Shopify's app proxy passes on what the storefront's visitor asks. */
  asShopper<Body = Record<string, unknown>>(
    customerId: number | null,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const url = new URL(path, this.running.serverUrl);
    const facts = { shop: this.domain, logged_in_customer_id: customerId === null ? '' : String(customerId) };
    url.search = signedQuery(url.searchParams, facts, this.running.clientSecret).toString();
    return call<Body>(url.toString(), { method, body, headers });
  }

  async balanceOf(customerId: number): Promise<BalanceResponse> {
    const path = `/v1/api/points/balance?customerId=${customerId}`;
    const { status, body } = await this.asMerchant<BalanceResponse>('GET', path);
    expect(status).toBe(200);
    return body;
  }

  async availableOf(customerId: number): Promise<number> {
    return (await this.balanceOf(customerId)).available;
  }

  async totals(): Promise<TotalsResponse> {
    const { status, body } = await this.asMerchant<TotalsResponse>('GET', '/v1/api/points/totals');
    expect(status).toBe(200);
    return body;
  }

  /** Session tokens live for a minute. */
  async sessionToken(): Promise<string> {
    if (this.#token && Date.now() - this.#token.readAtMs < 30_000) return this.#token.value;
    const { sessionToken } = await this.control<{ sessionToken: string }>('POST', '/session-token', {});
    this.#token = { value: sessionToken, readAtMs: Date.now() };
    return sessionToken;
  }

  /** Proves the shop's ledger with the product's own command. */
  async expectProvenLedger(): Promise<void> {
    const { exitCode, stdout, stderr } = await runCommand(this.running, [
      'verify-ledger',
      '--json',
      '--shop',
      this.domain,
    ]);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, differences: [] });
    expect(exitCode).toBe(0);
  }
}

export type Order = { id: number; lines: { id: number; quantity: number }[]; total: string };
export type Redemption = RedemptionResponse;

export function sign(body: Buffer, secret: string, encoding: 'base64' | 'base64url' | 'hex' = 'base64'): string {
  return createHmac('sha256', secret).update(body).digest(encoding);
}

/** Shopify's algorithm for app proxies: sorted, joined without a separator, hex. */
export function signedQuery(
  asked: URLSearchParams,
  facts: { shop: string; logged_in_customer_id: string; timestamp?: string },
  secret: string,
): URLSearchParams {
  const query = new URLSearchParams(asked);
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const added = { path_prefix: '/apps/loyalnest', timestamp, ...facts };
  for (const [name, value] of Object.entries(added)) query.append(name, value);
  const message = [...new Set(query.keys())]
    .map((name) => `${name}=${query.getAll(name).join(',')}`)
    .sort()
    .join('');
  query.set('signature', createHmac('sha256', secret).update(message).digest('hex'));
  return query;
}

/** The simulator's control API. */
export async function control<Body = Record<string, unknown>>(
  running: Running,
  method: string,
  path: string,
  body?: unknown,
): Promise<Body> {
  const answer = await call<Body>(`${running.simulatorUrl}/control${path}`, { method, body, headers: {} });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

function call<Body>(
  url: string,
  { method, body, headers }: { method: string; body: unknown; headers: Record<string, string> },
): Promise<Answer<Body>> {
  return request<Body>(url, {
    method,
    headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function request<Body = Record<string, unknown>>(url: string, init: RequestInit): Promise<Answer<Body>> {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Body, headers: response.headers };
}
