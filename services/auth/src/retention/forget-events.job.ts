import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import { purgeEvents } from '@loyalnest/platform/events/purge';
import type { Job } from '@loyalnest/platform/jobs/job';
import { Injectable } from '@nestjs/common';

/** Removes events, in and out, that nobody needs any more. */
@Injectable()
export class ForgetEvents implements Job {
  readonly name = 'forget-events';
  readonly schedule = { cron: '40 3 * * *' };

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async run(): Promise<void> {
    await purgeEvents(this.database, this.clock.now());
  }
}
