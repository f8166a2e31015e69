import { Clock } from '@loyalnest/platform/clock';
import { Encryption } from '@loyalnest/platform/crypto/encryption';
import { Database } from '@loyalnest/platform/database/database';
import { ShopDirectory, type Shop } from '@loyalnest/shopify/shops/shop-directory';
import type { WebhookDelivery, WebhookHandler } from '@loyalnest/shopify/webhooks/webhook-door';
import { Injectable } from '@nestjs/common';
import { noFacts } from '../orders/order-snapshot.ts';
import {
  orderFacts,
  refundFact,
  shopifyOrderSchema,
  shopifyRefundSchema,
  UnusableOrder,
} from '../orders/shopify-order.ts';
import type { OrderArrival } from './order-batch.ts';
import { OrderIntake, PoisonOrder } from './order-intake.ts';
import { keepFailure } from '../webhook-failures/keep-failure.ts';
import type { Failure } from '../webhook-failures/webhook-failures.repository.ts';

type Parsed =
  { outcome: 'order'; arrival: OrderArrival } | { outcome: 'nothing' } | ({ outcome: 'unusable' } & Failure);

/** What became of a delivery: its effect is committed, or why it never will be as it stands. */
export type Processed = { outcome: 'processed' } | ({ outcome: 'failed' } & Failure);

/** Orders and refunds from Shopify: posted when this resolves, or kept whole for a person to look at. */
@Injectable()
export class OrderWebhooks implements WebhookHandler {
  readonly topics = [
    'orders/create',
    'orders/updated',
    'orders/paid',
    'orders/cancelled',
    'orders/edited',
    'refunds/create',
  ];

  constructor(
    readonly directory: ShopDirectory,
    private readonly intake: OrderIntake,
    private readonly database: Database,
    private readonly encryption: Encryption,
    private readonly clock: Clock,
  ) {}

  async handle(delivery: WebhookDelivery): Promise<void> {
    const parsed = parseDelivery(delivery);
    delivery.letGoOfBody();
    const processed = await this.#post(parsed);
    if (processed.outcome === 'processed') return;
    const { reason, detail } = processed;
    await keepFailure(this.database, this.encryption, { delivery, reason, detail, now: this.clock.now() });
  }

  /** Posts what a delivery says, at the door or later. Throws only when trying again later is right. */
  process(delivery: Pick<WebhookDelivery, 'topic' | 'shop' | 'body'>): Promise<Processed> {
    return this.#post(parseDelivery(delivery));
  }

  async #post(parsed: Parsed): Promise<Processed> {
    if (parsed.outcome === 'nothing') return { outcome: 'processed' };
    if (parsed.outcome === 'unusable') return { ...parsed, outcome: 'failed' };
    try {
      await this.intake.submit(parsed.arrival);
    } catch (error) {
      if (!(error instanceof PoisonOrder)) throw error;
      return { outcome: 'failed', reason: 'not-postable', detail: error.message };
    }
    return { outcome: 'processed' };
  }
}

/** What a delivery says about an order, or why nothing can be made of it. */
export function parseDelivery(delivery: Pick<WebhookDelivery, 'topic' | 'shop' | 'body'>): Parsed {
  // An edit's own payload lists changes; the orders/updated that Shopify sends with it carries the order as it is now.
  if (delivery.topic === 'orders/edited') return { outcome: 'nothing' };
  if (delivery.body === undefined)
    return { outcome: 'unusable', reason: 'invalid-json', detail: 'The body is not JSON.' };
  try {
    return delivery.topic === 'refunds/create'
      ? parseRefund(delivery.shop, delivery.body)
      : parseOrder(delivery.shop, delivery.body);
  } catch (error) {
    if (!(error instanceof UnusableOrder)) throw error;
    return { outcome: 'unusable', reason: error.reason, detail: error.message };
  }
}

function parseOrder(shop: Shop, body: unknown): Parsed {
  const parsed = shopifyOrderSchema.safeParse(body);
  if (!parsed.success) return invalid(parsed.error.issues);
  const { data } = parsed;
  return { outcome: 'order', arrival: { merchantId: shop.merchantId, orderId: data.id, facts: orderFacts(data) } };
}

function parseRefund(shop: Shop, body: unknown): Parsed {
  const parsed = shopifyRefundSchema.safeParse(body);
  if (!parsed.success) return invalid(parsed.error.issues);
  const { data } = parsed;
  const refund = refundFact(data, data.transactions[0]?.currency ?? shop.currency);
  const facts = { ...noFacts, refunds: { [refund.id]: refund } };
  return { outcome: 'order', arrival: { merchantId: shop.merchantId, orderId: data.order_id, facts } };
}

function invalid(issues: readonly { path: PropertyKey[]; message: string }[]): Parsed {
  const detail = issues
    .slice(0, 5)
    .map((issue) => `${issue.path.map(String).join('.')}: ${issue.message}`)
    .join('; ');
  return { outcome: 'unusable', reason: 'invalid-payload', detail };
}
