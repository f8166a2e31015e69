import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import type { Job } from '@loyalnest/platform/jobs/job';
import { Injectable } from '@nestjs/common';
import { forMerchantPages } from '../merchants/merchant-pages.ts';
import { deleteFailuresBefore } from '../webhooks/webhook-failure.repository.ts';
import { deleteExpiredRequests } from './gdpr-request.repository.ts';

/** A kept webhook may be about somebody whose redaction we cannot tie to it; the law gives 30 days for that. */
const keptWebhookMs = 30 * 24 * 60 * 60 * 1000;

/** Erases what has been kept for long enough: kept webhooks, privacy requests and their results. */
@Injectable()
export class RetentionJob implements Job {
  readonly name = 'erase-expired';
  readonly schedule = { cron: '20 2 * * *' };

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async run(): Promise<void> {
    const now = this.clock.now();
    const oldest = new Date(now.getTime() - keptWebhookMs);
    await forMerchantPages(this.database, (merchantIds) =>
      this.database.forMerchants(merchantIds, async (tx) => {
        await deleteFailuresBefore(tx, merchantIds, oldest);
        await deleteExpiredRequests(tx, merchantIds, now);
      }),
    );
  }
}
