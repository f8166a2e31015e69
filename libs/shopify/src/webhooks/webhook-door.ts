import { AppError } from '@loyalnest/contracts/errors';
import { HmacSha256 } from '@loyalnest/platform/crypto/hmac-sha256';
import type { Shop, ShopDirectory } from '../shops/shop-directory.ts';
import { isSignedBody } from '../hmac.ts';

type Received = { topic: string; shop: Shop; webhookId: string; triggeredAt: Date | null; rawBody: Buffer };

/** One delivery whose signature is right and whose shop is known. */
export class WebhookDelivery {
  readonly topic: string;
  readonly shop: Shop;
  /** Unique per delivery; retries of one delivery share it. */
  readonly webhookId: string;
  readonly triggeredAt: Date | null;
  readonly rawBody: Buffer;
  #parsed: { body: unknown } | undefined;

  constructor({ topic, shop, webhookId, triggeredAt, rawBody }: Received) {
    this.topic = topic;
    this.shop = shop;
    this.webhookId = webhookId;
    this.triggeredAt = triggeredAt;
    this.rawBody = rawBody;
  }

  /** The parsed body, or `undefined` when it is not JSON. */
  get body(): unknown {
    this.#parsed ??= { body: parseJson(this.rawBody) };
    return this.#parsed.body;
  }

  /**
   * Lets the parsed body go, which is several times as large as the bytes, before a wait: hundreds of deliveries wait at once when
   * many come. Whoever asks for it again has it parsed again.
   */
  letGoOfBody(): void {
    this.#parsed = undefined;
  }
}

/**
 * Handles the topics it names. Resolves when the effect is committed. Throws `AppError` 503 when Shopify should deliver
 * again; keeps what cannot be processed itself.
 */
export type WebhookHandler = {
  topics: readonly string[];
  directory: ShopDirectory;
  handle(delivery: WebhookDelivery): Promise<void>;
};

export type WebhookRequest = { headers: Record<string, string | string[] | undefined>; rawBody: Buffer };

/** The door for Shopify's webhooks: signature first, then the shop, then the handler that owns the topic. */
export class WebhookDoor {
  readonly #secret: HmacSha256;
  readonly #handlers = new Map<string, WebhookHandler>();

  constructor(clientSecret: string) {
    this.#secret = new HmacSha256(clientSecret);
  }

  /** Gives topics to their owner. Each has one. */
  add(handler: WebhookHandler): void {
    for (const topic of handler.topics) {
      if (this.#handlers.has(topic)) throw new Error(`two handlers own ${topic}`);
      this.#handlers.set(topic, handler);
    }
  }

  /** The topics that have an owner in this process. */
  topics(): string[] {
    return [...this.#handlers.keys()].sort();
  }

  /** Resolves when the delivery may be answered 200. Throws `AppError` otherwise. */
  async receive(request: WebhookRequest): Promise<void> {
    const { rawBody } = request;
    if (!isSignedBody(rawBody, header(request, 'x-shopify-hmac-sha256'), this.#secret))
      throw new AppError('invalid-signature');
    const topic = header(request, 'x-shopify-topic') ?? '';
    const handler = this.#handlers.get(topic);
    if (!handler) throw new AppError('unknown-topic');
    const domain = header(request, 'x-shopify-shop-domain') ?? '';
    const shop = await handler.directory.awaitShop(domain);
    if (!shop) throw new AppError('unknown-shop');
    const delivery = new WebhookDelivery({
      topic,
      shop,
      webhookId: header(request, 'x-shopify-webhook-id') ?? '',
      triggeredAt: parseTime(header(request, 'x-shopify-triggered-at')),
      rawBody,
    });
    assertSameShop(delivery.body, domain);
    await handler.handle(delivery);
  }
}

function header(request: WebhookRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? undefined : value;
}

/** `undefined` when the bytes are not JSON. */
export function parseJson(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

function parseTime(text: string | undefined): Date | null {
  const time = new Date(text ?? '');
  return Number.isNaN(time.getTime()) ? null : time;
}

/** Payloads that name their shop must name the one in the header. */
function assertSameShop(body: unknown, domain: string): void {
  if (typeof body !== 'object' || body === null) return;
  const { myshopify_domain, shop_domain } = body as { myshopify_domain?: unknown; shop_domain?: unknown };
  for (const named of [myshopify_domain, shop_domain]) {
    if (typeof named === 'string' && named !== domain) throw new AppError('shop-mismatch');
  }
}
