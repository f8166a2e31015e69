import { Clock } from '@loyalnest/platform/clock';
import { Database, isUnavailable } from '@loyalnest/platform/database/database';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import type { Job } from '@loyalnest/platform/jobs/job';
import type { Logger } from '@loyalnest/platform/telemetry/logger';
import { AppLogger } from '@loyalnest/platform/tokens';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { Inject, Injectable } from '@nestjs/common';
import { retryLostRaces } from '../ledger/lost-race.ts';
import { merchantBatches } from '../shops/merchant-batches.ts';
import { findLeftOvers, type LeftOver } from './customer.repository.ts';
import { Departures } from './departures.service.ts';

/** Customers per batch of merchants and run; more wait for the next run. */
const customersMax = 1_000;

/** Points that reach a customer who is gone, because a reward came back or a caller knew no better, go the same way. */
@Injectable()
export class SettleLeftOvers implements Job {
  readonly name = 'settle-left-overs';
  readonly schedule = { everyMs: 60 * 60_000 };

  constructor(
    private readonly database: Database,
    private readonly directory: ShopDirectory,
    private readonly departures: Departures,
    private readonly clock: Clock,
    private readonly signal: OutboxSignal,
    @Inject(AppLogger) private readonly logger: Logger,
  ) {}

  async run(): Promise<void> {
    for (const merchantIds of await merchantBatches(this.directory)) {
      const customers = await this.database.forMerchants(merchantIds, (tx) =>
        findLeftOvers(tx, merchantIds, customersMax),
      );
      for (const customer of customers) await this.settle(customer);
    }
  }

  private async settle({ merchantId, customerId, mergedInto }: LeftOver): Promise<void> {
    const now = this.clock.now();
    try {
      await retryLostRaces(() =>
        this.database.forMerchant(merchantId, (tx) =>
          mergedInto === null
            ? this.departures.close(tx, { merchantId, customerId }, now)
            : this.departures.merge(tx, { merchantId, from: customerId, to: mergedInto }, now),
        ),
      );
      this.signal.committed();
    } catch (error) {
      if (isUnavailable(error)) throw error;
      this.logger.error({ err: error, merchantId, customerId }, 'left-over points not settled');
    }
  }
}
