import { AppError } from '@loyalnest/contracts/errors';
import { isRetryable, isUnavailable } from '@loyalnest/platform/database/database';
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
      if (isUnavailable(error)) throw error;
      if (isRetryable(error)) throw new AppError('overloaded', undefined, { cause: error, retryAfterSeconds: 1 });
      await this.failures.keep(delivery, error);
      this.logger.warn({ merchantId, topic, webhookId }, 'webhook kept: it could not be processed');
    }
  }

  /** Tries a kept delivery again. `actor` goes into the audit log. */
  retry(key: FailureKey, actor: string): Promise<RetryResult> {
    return this.failures.retry(key, { processor: this.processor(key.topic), actor });
  }

  private processor(topic: string): TopicProcessor {
    const processor = this.#processors.get(topic);
    if (!processor) throw new Error(`nothing here processes ${topic}`);
    return processor;
  }
}
