import { toAppError } from '@loyalnest/platform/http/problem.filter';
import type { Logger } from '@loyalnest/platform/telemetry/logger';
import { AppLogger } from '@loyalnest/platform/tokens';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import type { WebhookDelivery, WebhookHandler } from '@loyalnest/shopify/webhooks/webhook-door';
import { Inject, Injectable } from '@nestjs/common';
import { CustomerWebhooks } from '../customers/customer.webhooks.ts';
import { MerchantWebhooks } from '../merchants/merchant.webhooks.ts';
import { PrivacyWebhooks } from '../privacy/privacy.webhooks.ts';
import type { TopicProcessor } from './notice.ts';
import type { FailureKey } from './webhook-failure.repository.ts';
import { WebhookFailures, type RetryResult } from './webhook-failures.ts';

/** Deliveries that one request tries again: a second of work, and a screen that shows how far it is. */
const retriedMax = 100;

export type RetryCount = { retried: number; processed: number; failedAgain: number };

/** Everything that Shopify delivers to this room: its effect is committed, or it is kept whole, when this resolves. */
@Injectable()
export class ShopifyWebhooks implements WebhookHandler {
  readonly #processors: ReadonlyMap<string, TopicProcessor>;
  readonly topics: readonly string[];

  constructor(
    readonly directory: ShopDirectory,
    private readonly failures: WebhookFailures,
    @Inject(AppLogger) private readonly logger: Logger,
    customers: CustomerWebhooks,
    merchants: MerchantWebhooks,
    privacy: PrivacyWebhooks,
  ) {
    const processors = [customers, merchants, privacy].flatMap((one) =>
      one.topics.map((topic) => [topic, one] as const),
    );
    this.#processors = new Map(processors);
    this.topics = [...this.#processors.keys()];
  }

  async handle(delivery: WebhookDelivery): Promise<void> {
    const { shop, topic, webhookId, triggeredAt, body } = delivery;
    const { merchantId } = shop;
    try {
      await this.processor(topic).process({ merchantId, topic, webhookId, triggeredAt, body });
    } catch (error) {
      const answer = toAppError(error);
      if (answer.status === 503) throw answer;
      await this.failures.keep(delivery, error);
      this.logger.warn({ merchantId, topic, webhookId }, 'webhook kept: it could not be processed');
    }
  }

  /** Tries a kept delivery again. `actor` goes into the audit log. */
  async retry(key: FailureKey, actor: string): Promise<RetryResult> {
    const processor = this.#processors.get(key.topic);
    return processor ? this.failures.retry(key, { processor, actor }) : { outcome: 'not-found' };
  }

  /** Tries those again whose last try is longest ago, so that asking again goes on with the others. */
  async retryOldest(merchantId: number, actor: string): Promise<RetryCount> {
    const count = { retried: 0, processed: 0, failedAgain: 0 };
    for (const key of await this.failures.listOldest(merchantId, retriedMax)) {
      const { outcome } = await this.retry(key, actor);
      if (outcome === 'not-found') continue;
      count.retried += 1;
      if (outcome === 'processed') count.processed += 1;
      else count.failedAgain += 1;
    }
    return count;
  }

  private processor(topic: string): TopicProcessor {
    const processor = this.#processors.get(topic);
    if (!processor) throw new Error(`nothing here processes ${topic}`);
    return processor;
  }
}
