import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import type { Job } from '@loyalnest/platform/jobs/job';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { Injectable } from '@nestjs/common';
import { deleteReportedIdsBefore } from '../record/record.repository.ts';
import { idsRememberedMs } from './report-window.ts';

/** Merchants that one transaction states. */
const pageSize = 250;

/** Forgets ids of reported events that no page will send again. */
@Injectable()
export class ForgetReportedIdsJob implements Job {
  readonly name = 'forget-reported-ids';
  readonly schedule = { cron: '50 2 * * *' };

  constructor(
    private readonly database: Database,
    private readonly directory: ShopDirectory,
    private readonly clock: Clock,
  ) {}

  async run(): Promise<void> {
    const oldest = new Date(this.clock.now().getTime() - idsRememberedMs);
    const ids = (await this.directory.listShops()).map(({ merchantId }) => merchantId);
    for (let start = 0; start < ids.length; start += pageSize) {
      const page = ids.slice(start, start + pageSize);
      await this.database.forMerchants(page, (tx) => deleteReportedIdsBefore(tx, page, oldest));
    }
  }
}
