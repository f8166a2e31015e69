import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import type { Job } from '@loyalnest/platform/jobs/job';
import { Injectable } from '@nestjs/common';
import { forMerchantPages } from '../merchants/merchant-pages.ts';
import { listDueRequests } from './gdpr-request.repository.ts';
import { PrivacyService } from './privacy.service.ts';

/** Tries again the privacy requests whose first try failed. */
@Injectable()
export class PrivacyRetryJob implements Job {
  readonly name = 'retry-privacy-requests';
  readonly schedule = { everyMs: 60_000 };

  constructor(
    private readonly database: Database,
    private readonly privacy: PrivacyService,
    private readonly clock: Clock,
  ) {}

  async run(): Promise<void> {
    await forMerchantPages(this.database, async (merchantIds) => {
      const now = this.clock.now();
      const due = await this.database.forMerchants(merchantIds, (tx) => listDueRequests(tx, merchantIds, now));
      for (const request of due) await this.privacy.retry(request);
    });
  }
}
