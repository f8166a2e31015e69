import { AppError } from '@loyalnest/contracts/errors';
import { gdprRequestSubmitted } from '@loyalnest/contracts/events';
import { Clock } from '@loyalnest/platform/clock';
import { Encryption } from '@loyalnest/platform/crypto/encryption';
import { Database, isRetryable, isUnavailable, type Tx } from '@loyalnest/platform/database/database';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import { publish } from '@loyalnest/platform/events/publish';
import type { Logger } from '@loyalnest/platform/telemetry/logger';
import { AppLogger } from '@loyalnest/platform/tokens';
import { Inject, Injectable } from '@nestjs/common';
import { recordAudit } from '../audit/audit-log.ts';
import type { Merchant } from '../merchants/merchant.ts';
import { lockMerchant } from '../merchants/merchant.repository.ts';
import { Fulfilment, resultContext } from './fulfilment.ts';
import { nextAttempt, retentionEnd, type RequestKind } from './gdpr-request.ts';
import {
  completeRequest,
  failRequest,
  findResult,
  insertRequest,
  listRequests,
  lockDueRequest,
  type GdprRequest,
  type RequestKey,
} from './gdpr-request.repository.ts';

export type Submission = { merchantId: number; kind: RequestKind; customerId: number | null; sourceKey: string };

/** Requests to see or to erase personal data. They are fulfilled in the transaction that records them. */
@Injectable()
export class PrivacyService {
  constructor(
    private readonly database: Database,
    private readonly signal: OutboxSignal,
    private readonly encryption: Encryption,
    private readonly fulfilment: Fulfilment,
    private readonly clock: Clock,
    @Inject(AppLogger) private readonly logger: Logger,
  ) {}

  /** Resolves when the request is fulfilled, or recorded to be tried again. A second submission changes nothing. */
  async submit(submission: Submission): Promise<void> {
    const { merchantId } = submission;
    await this.database.forMerchant(merchantId, async (tx) => {
      const now = this.clock.now();
      const merchant = await getMerchant(tx, merchantId);
      const request = await insertRequest(tx, {
        ...submission,
        receivedAt: now,
        retentionExpiresAt: retentionEnd(now),
      });
      if (!request) return;
      await publish(tx, [submittedEvent(request)], now);
      await this.attempt(tx, merchant, request);
    });
    this.signal.committed();
  }

  /** Tries a due request again; does nothing if somebody else did. */
  async retry(key: RequestKey): Promise<void> {
    await this.database.forMerchant(key.merchantId, async (tx) => {
      const merchant = await getMerchant(tx, key.merchantId);
      const request = await lockDueRequest(tx, key, this.clock.now());
      if (request) await this.attempt(tx, merchant, request);
    });
    this.signal.committed();
  }

  list(merchantId: number): Promise<GdprRequest[]> {
    return this.database.forMerchant(merchantId, (tx) => listRequests(tx, merchantId));
  }

  /** What was collected for a data request, as JSON, for the merchant to pass on. Throws `not-found`. */
  async readResult(key: RequestKey, actor: string): Promise<string> {
    const result = await this.database.forMerchant(key.merchantId, async (tx) => {
      const found = await findResult(tx, key);
      if (!found) throw new AppError('not-found');
      const { merchantId, requestId } = key;
      const entry = { merchantId, actor, action: 'customer.data_read', subject: `gdpr_request/${requestId}` } as const;
      await recordAudit(tx, [entry], this.clock.now());
      return found;
    });
    return this.encryption.decrypt(result, resultContext(key));
  }

  private async attempt(tx: Tx, merchant: Merchant, request: GdprRequest): Promise<void> {
    const now = this.clock.now();
    await tx.query('savepoint before_attempt');
    try {
      await completeRequest(tx, request, { ...(await this.fulfilment.fulfil(tx, merchant, request)), now });
    } catch (error) {
      if (isUnavailable(error) || isRetryable(error)) throw error;
      await tx.query('rollback to savepoint before_attempt');
      const nextAttemptAt = nextAttempt(request.attempts + 1, now);
      await failRequest(tx, request, { error: errorName(error), nextAttemptAt });
      const { merchantId, requestId, kind } = request;
      const message = nextAttemptAt ? 'privacy request failed; trying again' : 'privacy request failed for good';
      this.logger.error({ merchantId, requestId, kind, error: errorName(error) }, message);
    }
  }
}

async function getMerchant(tx: Tx, merchantId: number): Promise<Merchant> {
  const merchant = await lockMerchant(tx, merchantId);
  if (!merchant) throw new AppError('not-found');
  return merchant;
}

function submittedEvent({ merchantId, requestId, kind, customerId }: GdprRequest) {
  const key = customerId === null ? String(merchantId) : `${merchantId}/${customerId}`;
  return { merchantId, key, type: gdprRequestSubmitted.name, payload: { merchantId, requestId, kind } };
}

/** Messages may quote data; the class says enough to look further. */
function errorName(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
