import { Encryption } from '@loyalnest/platform/crypto/encryption';
import { reencryptTable, type EncryptedTable } from '@loyalnest/platform/crypto/reencrypt';
import { Database } from '@loyalnest/platform/database/database';
import type { Job } from '@loyalnest/platform/jobs/job';
import { Injectable } from '@nestjs/common';
import { customerContext } from '../customers/customer-profile.ts';
import { forMerchantPages } from '../merchants/merchant-pages.ts';
import { resultContext } from '../privacy/fulfilment.ts';
import { bodyContext } from '../webhooks/webhook-failures.ts';

const versionColumn = 'key_version';

const tables: readonly EncryptedTable[] = [
  {
    table: 'customers',
    key: ['merchant_id', 'customer_id'],
    columns: ['email', 'phone', 'first_name', 'last_name'],
    versionColumn,
    contextOf: (row, column) =>
      customerContext({ merchantId: row['merchant_id'] as number, customerId: row['customer_id'] as number }, column),
  },
  {
    table: 'gdpr_requests',
    key: ['merchant_id', 'request_id'],
    columns: ['result'],
    versionColumn,
    contextOf: (row) =>
      resultContext({ merchantId: row['merchant_id'] as number, requestId: row['request_id'] as number }),
  },
  {
    table: 'webhook_failures',
    key: ['merchant_id', 'topic', 'webhook_id'],
    columns: ['body'],
    versionColumn,
    contextOf: (row) =>
      bodyContext({
        merchantId: row['merchant_id'] as number,
        topic: row['topic'] as string,
        webhookId: row['webhook_id'] as string,
      }),
  },
];

/** After a rotation, encrypts with the current key what older keys encrypted, so that those can be retired. */
@Injectable()
export class ReencryptionJob implements Job {
  readonly name = 'reencrypt';
  readonly schedule = { cron: '40 * * * *' };

  constructor(
    private readonly database: Database,
    private readonly encryption: Encryption,
  ) {}

  async run(): Promise<void> {
    const { database, encryption } = this;
    await forMerchantPages(database, async (merchantIds) => {
      for (const table of tables) await reencryptTable({ database, encryption, merchantIds }, table);
    });
  }
}
