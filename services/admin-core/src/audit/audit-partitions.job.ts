import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import type { Job } from '@loyalnest/platform/jobs/job';
import { Injectable } from '@nestjs/common';

/** Months ahead of now: the job may stand still for two of them before rows land in the default partition. */
const monthsAhead = 4;

/** Makes the audit log's partitions before their month begins. */
@Injectable()
export class AuditPartitionsJob implements Job {
  readonly name = 'ensure-audit-partitions';
  readonly schedule = { cron: '10 0 * * *' };

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async run(): Promise<void> {
    await this.database.forNoMerchant((tx) =>
      tx.query('select ensure_audit_partitions($1::date, $2)', [
        this.clock.now().toISOString().slice(0, 10),
        monthsAhead,
      ]),
    );
  }
}
