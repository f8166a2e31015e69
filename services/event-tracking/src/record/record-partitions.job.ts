import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import type { Job } from '@loyalnest/platform/jobs/job';
import { Injectable } from '@nestjs/common';

/** Months ahead of now: the job may stand still for two of them before rows land in the default partition. */
const monthsAhead = 4;

/** Makes the record's partitions before their month begins. */
@Injectable()
export class RecordPartitionsJob implements Job {
  readonly name = 'ensure-event-partitions';
  readonly schedule = { cron: '15 0 * * *' };

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async run(): Promise<void> {
    const today = this.clock.now().toISOString().slice(0, 10);
    await this.database.forNoMerchant((tx) =>
      tx.query('select ensure_event_partitions($1::date, $2)', [today, monthsAhead]),
    );
  }
}
