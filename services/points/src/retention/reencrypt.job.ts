import { Encryption } from '@loyalnest/platform/crypto/encryption';
import { reencryptTable, type EncryptedTable } from '@loyalnest/platform/crypto/reencrypt';
import { Database } from '@loyalnest/platform/database/database';
import type { Job } from '@loyalnest/platform/jobs/job';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { Injectable } from '@nestjs/common';
import { merchantBatches } from '../shops/merchant-batches.ts';
import { failureContext } from '../webhook-failures/failure-key.ts';

const keptWebhooks: EncryptedTable = {
  table: 'webhook_failures',
  key: ['merchant_id', 'topic', 'webhook_id'],
  columns: ['body'],
  contextOf: (row) =>
    failureContext({
      merchantId: row['merchant_id'] as number,
      topic: row['topic'] as string,
      webhookId: row['webhook_id'] as string,
    }),
};

/** After a rotation, encrypts kept webhooks with the current key, so that older ones can be retired. */
@Injectable()
export class Reencrypt implements Job {
  readonly name = 'reencrypt';
  readonly schedule = { cron: '50 * * * *' };

  constructor(
    private readonly database: Database,
    private readonly encryption: Encryption,
    private readonly directory: ShopDirectory,
  ) {}

  async run(): Promise<void> {
    const { database, encryption } = this;
    for (const merchantIds of await merchantBatches(this.directory)) {
      await reencryptTable({ database, encryption, merchantIds }, keptWebhooks);
    }
  }
}
