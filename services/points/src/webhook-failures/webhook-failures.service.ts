import type { WebhookRetry } from '@loyalnest/contracts/rest/activity';
import { Clock } from '@loyalnest/platform/clock';
import { Encryption } from '@loyalnest/platform/crypto/encryption';
import { Database } from '@loyalnest/platform/database/database';
import type { Logger } from '@loyalnest/platform/telemetry/logger';
import { AppLogger } from '@loyalnest/platform/tokens';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { parseJson } from '@loyalnest/shopify/webhooks/webhook-door';
import { Inject, Injectable } from '@nestjs/common';
import { OrderWebhooks } from '../intake/order-webhooks.ts';
import type { FailureKey } from './failure-key.ts';
import { openBody } from './keep-failure.ts';
import {
  countAttempt,
  findFailure,
  findOldestFailures,
  resolveFailure,
  type KeptFailure,
} from './webhook-failures.repository.ts';

/** Deliveries that one request tries again: seconds of work, and a screen that shows how far it is. */
const retriedMax = 100;

export type RetryResult = 'processed' | 'failed-again' | 'not-found';

/** Deliveries that could not be processed: read and tried again by a person. Who did what is logged, never what it said. */
@Injectable()
export class WebhookFailures {
  constructor(
    private readonly database: Database,
    private readonly encryption: Encryption,
    private readonly directory: ShopDirectory,
    private readonly webhooks: OrderWebhooks,
    private readonly clock: Clock,
    @Inject(AppLogger) private readonly logger: Logger,
  ) {}

  /** A kept delivery with what it said, or `undefined` if none waits under this key. */
  async read(key: FailureKey, actor: string): Promise<(KeptFailure & { payload: string }) | undefined> {
    const kept = await this.database.forMerchant(key.merchantId, (tx) => findFailure(tx, key));
    if (!kept) return undefined;
    const { body, ...failure } = kept;
    const bytes = await openBody(this.encryption, key, body);
    this.logger.info({ ...key, actor }, 'kept webhook read');
    return { ...failure, payload: bytes.toString('utf8') };
  }

  /** Does with a kept delivery what the door does with a new one. Throws only when trying later is right. */
  async retry(key: FailureKey, actor: string): Promise<RetryResult> {
    const { merchantId, topic } = key;
    const { kept, shop } = await this.database.forMerchant(merchantId, async (tx) => ({
      kept: await findFailure(tx, key),
      shop: await this.directory.findMerchant(tx, merchantId),
    }));
    if (!kept || !shop) return 'not-found';
    const body = parseJson(await openBody(this.encryption, key, kept.body));
    const processed = await this.webhooks.process({ topic, shop, body });
    const now = this.clock.now();
    await this.database.forMerchant(merchantId, (tx) =>
      processed.outcome === 'processed'
        ? resolveFailure(tx, key, { resolvedBy: actor, now })
        : countAttempt(tx, key, { reason: processed.reason, detail: processed.detail, failedAt: now }),
    );
    const outcome = processed.outcome === 'processed' ? 'processed' : 'failed-again';
    this.logger.info({ ...key, actor, outcome }, 'kept webhook tried again');
    return outcome;
  }

  /** Tries those again whose last try is longest ago, so that asking again goes on with the others. */
  async retryOldest(merchantId: number, actor: string): Promise<WebhookRetry> {
    const keys = await this.database.forMerchant(merchantId, (tx) => findOldestFailures(tx, merchantId, retriedMax));
    const retry: WebhookRetry = { retried: 0, processed: 0, failedAgain: 0 };
    for (const key of keys) {
      const result = await this.retry(key, actor);
      if (result === 'not-found') continue;
      retry.retried += 1;
      if (result === 'processed') retry.processed += 1;
      else retry.failedAgain += 1;
    }
    return retry;
  }
}
