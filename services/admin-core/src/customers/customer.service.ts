import { AppError } from '@loyalnest/contracts/errors';
import { Clock } from '@loyalnest/platform/clock';
import { Encryption } from '@loyalnest/platform/crypto/encryption';
import { Database, type Tx } from '@loyalnest/platform/database/database';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import { publish } from '@loyalnest/platform/events/publish';
import { Injectable } from '@nestjs/common';
import { shareMerchants } from '../merchants/merchant.repository.ts';
import { customerDeletedEvent, customerMergedEvent } from './customer-events.ts';
import { hashEmail, hashPhone, openProfile, type CustomerProfile } from './customer-profile.ts';
import { decide, type CustomerKey, type CustomerStatus } from './customer.ts';
import { findCustomer, findCustomers, findCustomersByHash, type CustomerRecord } from './customer-record.repository.ts';
import { eraseCustomer, lockCustomer } from './customer.repository.ts';

export type Customer = CustomerKey &
  CustomerProfile & { status: CustomerStatus; hasAccount: boolean; createdAt: Date | null; updatedAt: Date | null };

export type Departing = CustomerKey & ({ status: 'deleted' | 'redacted' } | { status: 'merged'; keptId: number });

/** Customers and their personal data. */
@Injectable()
export class CustomerService {
  constructor(
    private readonly database: Database,
    private readonly signal: OutboxSignal,
    private readonly encryption: Encryption,
    private readonly clock: Clock,
  ) {}

  /** A customer was deleted, or merged into another. */
  async remove(departing: Departing): Promise<void> {
    await this.database.forMerchant(departing.merchantId, async (tx) => {
      const merchants = await shareMerchants(tx, [departing.merchantId]);
      if (merchants.get(departing.merchantId)?.redactedAt === null)
        await removeCustomer(tx, departing, this.clock.now());
    });
    this.signal.committed();
  }

  /** Throws `customer-not-found`, also for a customer who is gone. */
  async getCustomer(key: CustomerKey): Promise<Customer> {
    const record = await this.database.forMerchant(key.merchantId, (tx) => findCustomer(tx, key));
    if (record?.status !== 'active') throw new AppError('customer-not-found');
    return this.open(record);
  }

  /** Those of the customers whom we know, gone ones too: of them the profile is empty. In no order. */
  async listByIds(merchantId: number, customerIds: readonly number[]): Promise<Customer[]> {
    const records = await this.database.forMerchant(merchantId, (tx) => findCustomers(tx, merchantId, customerIds));
    return Promise.all(records.map((record) => this.open(record)));
  }

  /** Customers of one merchant with this e-mail address or phone number, however it is spelled. */
  async findByContact(merchantId: number, contact: { email: string } | { phone: string }): Promise<Customer[]> {
    const isEmail = 'email' in contact;
    const hash = isEmail
      ? await hashEmail(this.encryption, merchantId, contact.email)
      : await hashPhone(this.encryption, merchantId, contact.phone);
    if (!hash) return [];
    const column = isEmail ? 'email_hash' : 'phone_hash';
    const records = await this.database.forMerchant(merchantId, (tx) =>
      findCustomersByHash(tx, merchantId, { column, hash }),
    );
    return Promise.all(records.map((record) => this.open(record)));
  }

  /** Decrypts what is known of a customer. */
  async open(record: CustomerRecord): Promise<Customer> {
    const { merchantId, customerId, status, hasAccount, createdAt, updatedAt } = record;
    const profile = await openProfile(this.encryption, record, record);
    return { merchantId, customerId, ...profile, status, hasAccount, createdAt, updatedAt };
  }
}

/** Erases what we hold of a customer and tells it once. The caller holds the merchant. */
export async function removeCustomer(tx: Tx, departing: Departing, now: Date): Promise<void> {
  const { status } = departing;
  const known = await lockCustomer(tx, departing);
  const decision = decide(known, { kind: 'gone', status }, { installedAt: now });
  if (decision.outcome !== 'gone') return;
  const mergedInto = departing.status === 'merged' ? departing.keptId : null;
  await eraseCustomer(tx, { ...departing, mergedInto, now });
  const event =
    departing.status === 'merged'
      ? customerMergedEvent(departing, departing.keptId)
      : customerDeletedEvent(departing, { isRedacted: status === 'redacted' });
  await publish(tx, [event], now);
}
