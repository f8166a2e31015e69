import { Encryption } from '@loyalnest/platform/crypto/encryption';
import { Clock } from '@loyalnest/platform/clock';
import type { Tx } from '@loyalnest/platform/database/database';
import { Injectable } from '@nestjs/common';
import { listAudit, recordAudit } from '../audit/audit-log.ts';
import { openProfile } from '../customers/customer-profile.ts';
import { removeCustomer } from '../customers/customer.service.ts';
import { findCustomer } from '../customers/customer-record.repository.ts';
import { deleteCustomers } from '../customers/customer.repository.ts';
import { MerchantService } from '../merchants/merchant.service.ts';
import type { Merchant } from '../merchants/merchant.ts';
import { deleteFailuresOfCustomer, deleteFailuresOfMerchant } from '../webhooks/webhook-failure.repository.ts';
import { isSuperseded } from './gdpr-request.ts';
import {
  deleteOtherRequests,
  eraseResultsOf,
  type Completion,
  type GdprRequest,
  type RequestKey,
} from './gdpr-request.repository.ts';

type Outcome = Omit<Completion, 'now'>;

const done: Outcome = { status: 'completed', result: null };

/** Does what privacy requests ask for, within the transaction at hand. The merchant is locked. */
@Injectable()
export class Fulfilment {
  constructor(
    private readonly encryption: Encryption,
    private readonly merchants: MerchantService,
    private readonly clock: Clock,
  ) {}

  fulfil(tx: Tx, merchant: Merchant, request: GdprRequest): Promise<Outcome> {
    const { customerId } = request;
    if (customerId === null) return this.redactShop(tx, merchant, request);
    if (request.kind === 'customer_redact') return this.redactCustomer(tx, request, customerId);
    return this.collect(tx, request, customerId);
  }

  private async redactCustomer(tx: Tx, { merchantId, requestId }: RequestKey, customerId: number): Promise<Outcome> {
    const now = this.clock.now();
    await removeCustomer(tx, { merchantId, customerId, status: 'redacted' }, now);
    await deleteFailuresOfCustomer(tx, merchantId, customerId);
    await eraseResultsOf(tx, merchantId, customerId);
    const subject = `customer/${customerId}`;
    await recordAudit(
      tx,
      [{ merchantId, actor: 'shopify', action: 'customer.redacted', subject, details: { requestId } }],
      now,
    );
    return done;
  }

  private async redactShop(tx: Tx, merchant: Merchant, { merchantId, requestId }: RequestKey): Promise<Outcome> {
    const now = this.clock.now();
    if (isSuperseded(merchant, now)) return { status: 'superseded', result: null };
    const customers = await deleteCustomers(tx, merchantId);
    await deleteFailuresOfMerchant(tx, merchantId);
    await deleteOtherRequests(tx, { merchantId, requestId });
    await this.merchants.redact(tx, merchant, now);
    const details = { requestId, customers };
    const subject = `merchant/${merchantId}`;
    await recordAudit(tx, [{ merchantId, actor: 'shopify', action: 'merchant.redacted', subject, details }], now);
    return done;
  }

  /** Collects what this room holds of a customer. */
  private async collect(tx: Tx, { merchantId, requestId }: RequestKey, customerId: number): Promise<Outcome> {
    const now = this.clock.now();
    const subject = `customer/${customerId}`;
    const customer = await this.profileOf(tx, { merchantId, customerId });
    const history = await listAudit(tx, merchantId, subject);
    const body = JSON.stringify({ customerId, collectedAt: now, customer, history });
    const keyVersion = await this.encryption.currentVersion();
    const result = { body: await this.encryption.encrypt(body, resultContext({ merchantId, requestId })), keyVersion };
    await recordAudit(
      tx,
      [{ merchantId, actor: 'shopify', action: 'customer.data_collected', subject, details: { requestId } }],
      now,
    );
    return { status: 'completed', result };
  }

  /** `null` when we know nobody by that id, or only that they are gone. */
  private async profileOf(tx: Tx, key: { merchantId: number; customerId: number }): Promise<unknown> {
    const record = await findCustomer(tx, key);
    if (record?.status !== 'active') return null;
    const { createdAt, updatedAt, hasAccount } = record;
    return { ...(await openProfile(this.encryption, key, record)), hasAccount, createdAt, updatedAt };
  }
}

/** The one place that a data request's result belongs to. */
export function resultContext({ merchantId, requestId }: RequestKey): string {
  return `gdpr_requests/${merchantId}/${requestId}/result`;
}
