import { Encryption } from '@loyalnest/platform/crypto/encryption';
import { Database, type Tx } from '@loyalnest/platform/database/database';
import type { Job } from '@loyalnest/platform/jobs/job';
import { Injectable } from '@nestjs/common';
import { openProfile } from '../customers/customer-profile.ts';
import { listUnindexed, markIndexed } from '../customers/customer-record.repository.ts';
import { forMerchantPages } from '../merchants/merchant-pages.ts';
import { replaceTokens } from './token.repository.ts';
import { searchTokensOf } from './tokens.ts';

/** Customers of one transaction: about a tenth of a second, for which they are locked. */
const batchMax = 200;

/** Makes the search tokens of customers who were stored before there were any, or by older rules. Goes on where it stopped. */
@Injectable()
export class IndexCustomersJob implements Job {
  readonly name = 'index-customers';
  readonly schedule = { everyMs: 10 * 60_000 };

  constructor(
    private readonly database: Database,
    private readonly encryption: Encryption,
  ) {}

  async run(): Promise<void> {
    await forMerchantPages(this.database, async (merchantIds) => {
      let count: number;
      do {
        count = await this.database.forMerchants(merchantIds, (tx) => this.indexBatch(tx, merchantIds));
      } while (count === batchMax);
    });
  }

  private async indexBatch(tx: Tx, merchantIds: readonly number[]): Promise<number> {
    const records = await listUnindexed(tx, merchantIds, batchMax);
    const indexed = await Promise.all(
      records.map(async (record) => {
        const { merchantId, customerId } = record;
        const profile = await openProfile(this.encryption, record, record);
        return { merchantId, customerId, ...(await searchTokensOf(this.encryption, merchantId, profile)) };
      }),
    );
    await replaceTokens(tx, indexed);
    for (const customer of indexed) await markIndexed(tx, customer);
    return records.length;
  }
}
