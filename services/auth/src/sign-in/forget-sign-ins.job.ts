import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import type { Job } from '@loyalnest/platform/jobs/job';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { Injectable } from '@nestjs/common';
import { deleteOver } from './sign-in.repository.ts';

/** Merchants per transaction: short locks, and a list that fits a setting. */
const batchMax = 500;

/** Removes sign-ins and revocations that are over. */
@Injectable()
export class ForgetSignIns implements Job {
  readonly name = 'forget-sign-ins';
  readonly schedule = { cron: '17 3 * * *' };

  constructor(
    private readonly database: Database,
    private readonly directory: ShopDirectory,
    private readonly clock: Clock,
  ) {}

  async run(): Promise<void> {
    const now = this.clock.now();
    const merchantIds = (await this.directory.listShops()).map(({ merchantId }) => merchantId);
    for (let start = 0; start < merchantIds.length; start += batchMax) {
      const batch = merchantIds.slice(start, start + batchMax);
      await this.database.forMerchants(batch, (tx) => deleteOver(tx, now));
    }
  }
}
