import { Clock } from '@loyalnest/platform/clock';
import { Database, isUnavailable, type Tx } from '@loyalnest/platform/database/database';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import type { Job } from '@loyalnest/platform/jobs/job';
import type { Logger } from '@loyalnest/platform/telemetry/logger';
import { AppLogger } from '@loyalnest/platform/tokens';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { Inject, Injectable } from '@nestjs/common';
import type { Entry } from '../ledger/book.ts';
import { Ledger } from '../ledger/ledger.service.ts';
import { retryLostRaces } from '../ledger/lost-race.ts';
import { findLots, lockBalances, type CustomerKey } from '../ledger/posting.repository.ts';
import type { Lot } from '../ledger/transfer.ts';
import { merchantBatches } from '../shops/merchant-batches.ts';
import { findDueLots, type DueLot } from './expiry.repository.ts';

/** Lots looked up at once; those of one merchant expire in one transaction. */
const batchMax = 256;

/** Takes points out of `available` whose date has passed. Points held for a reward stay held, whatever their lot's date. */
@Injectable()
export class ExpirePoints implements Job {
  readonly name = 'expire-points';
  readonly schedule = { everyMs: 10 * 60_000 };

  constructor(
    private readonly database: Database,
    private readonly directory: ShopDirectory,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
    private readonly signal: OutboxSignal,
    @Inject(AppLogger) private readonly logger: Logger,
  ) {}

  async run(): Promise<void> {
    const now = this.clock.now();
    for (const merchantIds of await merchantBatches(this.directory)) {
      let due: DueLot[] = [];
      do {
        const after = due.at(-1);
        due = await this.database.forMerchants(merchantIds, (tx) => findDueLots(tx, { now, after, limit: batchMax }));
        for (const [merchantId, lots] of Map.groupBy(due, (lot) => lot.merchantId)) {
          await this.expire(merchantId, lots, now);
        }
      } while (due.length === batchMax);
    }
  }

  private async expire(merchantId: number, lots: readonly DueLot[], now: Date): Promise<void> {
    try {
      await retryLostRaces(() =>
        this.database.forMerchant(merchantId, (tx) => this.expireIn(tx, { merchantId, lots, now })),
      );
      this.signal.committed();
    } catch (error) {
      if (isUnavailable(error)) throw error;
      // One merchant's trouble must not keep the others' points from expiring; the next run tries again.
      this.logger.error({ err: error, merchantId }, 'points not expired');
    }
  }

  private async expireIn(
    tx: Tx,
    { merchantId, lots, now }: { merchantId: number; lots: readonly DueLot[]; now: Date },
  ): Promise<void> {
    const customerIds = [...new Set(lots.map(({ customerId }) => customerId))];
    const customers = customerIds.map((customerId) => ({ merchantId, customerId }));
    await lockBalances(tx, { customers });
    const named = new Set(lots.map(({ lotId }) => lotId));
    const locked = await findLots(tx, customers);
    const entries = locked.filter((lot) => named.has(lot.lotId) && isPast(lot, now)).map(expiryOf);
    await this.ledger.post(tx, merchantId, entries, now);
  }
}

function isPast(lot: Lot, now: Date): boolean {
  return lot.remaining > 0 && lot.expiresAt !== null && lot.expiresAt <= now;
}

/** The date is part of the key: what was held when its lot expired comes back with another date, and expires again. */
function expiryOf(lot: Lot & CustomerKey): Entry {
  return {
    kind: 'expire',
    customerId: lot.customerId,
    lotId: lot.lotId,
    points: lot.remaining,
    businessKey: `expire/${lot.lotId}/${lot.expiresAt?.toISOString()}`,
    actor: 'job',
  };
}
