import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import type { Job } from '@loyalnest/platform/jobs/job';
import type { Worker } from '@loyalnest/platform/service';
import type { Logger } from '@loyalnest/platform/telemetry/logger';
import { AppLogger } from '@loyalnest/platform/tokens';
import { Inject, Injectable } from '@nestjs/common';

/** This month and the next three: the job may fail for a quarter before a transfer has nowhere to go. */
const monthsAhead = 4;

/**
 * Makes the months' partitions of the transfers before they are needed: each night, and at the start, because the service
 * may have been down for longer than it had made them ahead.
 */
@Injectable()
export class MakePartitions implements Job, Worker {
  readonly name = 'make-partitions';
  readonly schedule = { cron: '10 3 * * *' };

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(AppLogger) private readonly logger: Logger,
  ) {}

  async start(): Promise<void> {
    try {
      await this.run();
    } catch (error) {
      // Transfers go to the default partition meanwhile; that is reported, and no reason to serve nobody.
      this.logger.error({ err: error }, 'partitions not made');
    }
  }

  async stop(): Promise<void> {}

  async run(): Promise<void> {
    const { made, strays } = await this.database.forNoMerchant(async (tx) => {
      const [partitions] = await tx.query<{ made: number }>(
        'select ensure_transaction_partitions($1::date, $2) as made',
        [this.clock.now().toISOString().slice(0, 10), monthsAhead],
      );
      const [stray] = await tx.query<{ strays: number }>('select count_unpartitioned_transactions() as strays');
      return { made: partitions?.made ?? 0, strays: stray?.strays ?? 0 };
    });
    if (made > 0) this.logger.info({ made }, 'partitions made');
    if (strays > 0) this.logger.error({ transfers: strays }, 'transfers are in the default partition');
  }
}
