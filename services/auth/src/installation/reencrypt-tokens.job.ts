import { Encryption } from '@loyalnest/platform/crypto/encryption';
import { reencryptTable, type EncryptedTable } from '@loyalnest/platform/crypto/reencrypt';
import { Database } from '@loyalnest/platform/database/database';
import type { Job } from '@loyalnest/platform/jobs/job';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { Injectable } from '@nestjs/common';
import { tokenContext } from './offline-tokens.ts';

/** Merchants per transaction: short locks, and a list that fits a setting. */
const merchantsMax = 500;

const offlineTokens: EncryptedTable = {
  table: 'offline_tokens',
  key: ['merchant_id'],
  columns: ['access_token', 'refresh_token'],
  contextOf: (row, column) =>
    tokenContext(row['merchant_id'] as number, column === 'access_token' ? 'access-token' : 'refresh-token'),
};

/** After a rotation, encrypts Shopify's tokens with the current key: those of quiet shops are not renewed by themselves. */
@Injectable()
export class ReencryptTokens implements Job {
  readonly name = 'reencrypt';
  readonly schedule = { cron: '45 * * * *' };

  constructor(
    private readonly database: Database,
    private readonly encryption: Encryption,
    private readonly directory: ShopDirectory,
  ) {}

  async run(): Promise<void> {
    const { database, encryption } = this;
    const ids = (await this.directory.listShops()).map(({ merchantId }) => merchantId);
    for (let start = 0; start < ids.length; start += merchantsMax) {
      const merchantIds = ids.slice(start, start + merchantsMax);
      await reencryptTable({ database, encryption, merchantIds }, offlineTokens);
    }
  }
}
