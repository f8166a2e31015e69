import { createHash } from 'node:crypto';
import { AppError } from '@loyalnest/contracts/errors';
import { Clock } from '@loyalnest/platform/clock';
import { Encryption } from '@loyalnest/platform/crypto/encryption';
import { Database } from '@loyalnest/platform/database/database';
import { toAppError } from '@loyalnest/platform/http/problem.filter';
import { countKept } from '@loyalnest/shopify/shopify-metrics';
import { parseJson, type WebhookDelivery } from '@loyalnest/shopify/webhooks/webhook-door';
import { Injectable } from '@nestjs/common';
import { recordAudit } from '../audit/audit-log.ts';
import { isUsableId } from './failure-id.ts';
import { UnusablePayload, type TopicProcessor } from './notice.ts';
import {
  countAttempt,
  deleteFailure,
  findFailure,
  insertFailure,
  listFailures,
  listOldestFailures,
  type FailureKey,
  type FailureList,
  type FailureReason,
  type WebhookFailure,
} from './webhook-failure.repository.ts';

export type RetryResult =
  { outcome: 'processed' } | { outcome: 'failed-again'; detail: string } | { outcome: 'not-found' };

/** Deliveries that could not be processed: kept, shown, tried again, thrown away. */
@Injectable()
export class WebhookFailures {
  constructor(
    private readonly database: Database,
    private readonly encryption: Encryption,
    private readonly clock: Clock,
  ) {}

  async keep(delivery: WebhookDelivery, error: unknown): Promise<void> {
    const key = failureKey(delivery);
    const keyVersion = await this.encryption.currentVersion();
    // Base64, because what could not be parsed need not be text either.
    const body = await this.encryption.encrypt(delivery.rawBody.toString('base64'), bodyContext(key));
    const { triggeredAt } = delivery;
    const customerId = namedCustomer(delivery.body);
    const failure = {
      ...key,
      ...describe(error),
      body,
      keyVersion,
      customerId,
      triggeredAt,
      failedAt: this.clock.now(),
    };
    await this.database.forMerchant(key.merchantId, (tx) => insertFailure(tx, failure));
    countKept('admin-core', failure.reason);
  }

  list(of: FailureList): Promise<WebhookFailure[]> {
    return this.database.forMerchant(of.merchantId, (tx) => listFailures(tx, of));
  }

  listOldest(merchantId: number, limit: number): Promise<FailureKey[]> {
    return this.database.forMerchant(merchantId, (tx) => listOldestFailures(tx, merchantId, limit));
  }

  /** A kept delivery with its body as text. Nobody reads it without a line in the audit log. */
  async read(key: FailureKey, actor: string): Promise<(WebhookFailure & { payload: string }) | undefined> {
    const kept = await this.database.forMerchant(key.merchantId, async (tx) => {
      const found = await findFailure(tx, key);
      if (found) await recordAudit(tx, [{ ...auditOf(key), action: 'webhook.read', actor }], this.clock.now());
      return found;
    });
    if (!kept) return undefined;
    const { body, ...failure } = kept;
    return { ...failure, payload: (await this.open(key, body)).toString('utf8') };
  }

  /** Tries a kept delivery again. Throws only when trying later is right. */
  async retry(key: FailureKey, options: { processor: TopicProcessor; actor: string }): Promise<RetryResult> {
    const kept = await this.database.forMerchant(key.merchantId, (tx) => findFailure(tx, key));
    if (!kept) return { outcome: 'not-found' };
    const body = parseJson(await this.open(key, kept.body));
    try {
      await options.processor.process({ ...key, triggeredAt: kept.triggeredAt, body });
    } catch (error) {
      return this.countFailure(key, error);
    }
    await this.close(key, { action: 'webhook.retried', actor: options.actor });
    return { outcome: 'processed' };
  }

  /** Throws away a delivery that nothing can be made of. Says whether it was there. */
  discard(key: FailureKey, actor: string): Promise<boolean> {
    return this.close(key, { action: 'webhook.discarded', actor });
  }

  private async countFailure(key: FailureKey, error: unknown): Promise<RetryResult> {
    const answer = toAppError(error);
    if (answer.status === 503) throw answer;
    const failure = describe(error);
    const failedAt = this.clock.now();
    await this.database.forMerchant(key.merchantId, (tx) => countAttempt(tx, key, { ...failure, failedAt }));
    return { outcome: 'failed-again', detail: failure.detail };
  }

  private close(
    key: FailureKey,
    entry: { action: 'webhook.retried' | 'webhook.discarded'; actor: string },
  ): Promise<boolean> {
    return this.database.forMerchant(key.merchantId, async (tx) => {
      if (!(await deleteFailure(tx, key))) return false;
      await recordAudit(tx, [{ ...auditOf(key), ...entry }], this.clock.now());
      return true;
    });
  }

  /** The bytes as they came. */
  private async open(key: FailureKey, body: Buffer): Promise<Buffer> {
    return Buffer.from(await this.encryption.decrypt(body, bodyContext(key)), 'base64');
  }
}

/** The one place that a kept body belongs to. */
export function bodyContext({ merchantId, topic, webhookId }: FailureKey): string {
  return `webhook_failures/${merchantId}/${topic}/${webhookId}/body`;
}

function auditOf({ merchantId, topic, webhookId }: FailureKey) {
  return { merchantId, subject: `webhook/${webhookId}`, details: { topic } };
}

/** A delivery without a usable id is known by its bytes. */
function failureKey({ shop, topic, webhookId, rawBody }: WebhookDelivery): FailureKey {
  const id = isUsableId(webhookId) ? webhookId : createHash('sha256').update(rawBody).digest('hex');
  return { merchantId: shop.merchantId, topic, webhookId: id };
}

/** Errors of the database quote values; only their class and code are kept. */
function describe(error: unknown): { reason: FailureReason; detail: string } {
  if (error instanceof UnusablePayload) return { reason: error.reason, detail: error.message };
  if (error instanceof AppError) return { reason: 'not-processed', detail: error.code };
  const { name, code } = error as { name?: string; code?: string };
  return {
    reason: 'not-processed',
    detail: [name ?? typeof error, code].filter((part) => typeof part === 'string').join(' '),
  };
}

/** `customers/*` name the customer as `id`, privacy requests as `customer.id`. */
function namedCustomer(body: unknown): number | null {
  const { id, customer } = (body ?? {}) as { id?: unknown; customer?: { id?: unknown } | null };
  const named = [customer?.id, id].find((value) => Number.isSafeInteger(value));
  return (named as number | undefined) ?? null;
}
