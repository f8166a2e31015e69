import { Clock } from '@loyalnest/platform/clock';
import { Database, type Tx } from '@loyalnest/platform/database/database';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import type { Job } from '@loyalnest/platform/jobs/job';
import type { Logger } from '@loyalnest/platform/telemetry/logger';
import { AppLogger } from '@loyalnest/platform/tokens';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { Inject, Injectable } from '@nestjs/common';
import { Ledger } from '../ledger/ledger.service.ts';
import { LostRace, retryLostRaces } from '../ledger/lost-race.ts';
import { lockBalances } from '../ledger/posting.repository.ts';
import { readOrders } from '../orders/order.repository.ts';
import { merchantBatches } from '../shops/merchant-batches.ts';
import { findLateUses, markChecked, writeCharged } from './late-uses.repository.ts';
import { planRedemptions, pointsToGiveBack } from './order-redemptions.ts';
import { findRedemption, RedemptionLookup } from './redemption.repository.ts';
import type { Redemption } from './redemption.ts';

/** A customer who has the points again within this time pays with them; afterwards the reward was a present. */
const chargedWithinMs = 30 * 24 * 60 * 60 * 1_000;
/** Redemptions looked at per batch of merchants and run. */
const redemptionsMax = 200;

type Outcome = 'charged' | 'too-few-points' | 'nothing-owed';

/**
 * Charges rewards that an order used after their points had gone back: its webhook came late, or the reward was cancelled
 * between the checkout and its webhook. The discount was given, so the points are held and captured once more as soon as
 * the customer has them; a balance never goes below zero for it.
 */
@Injectable()
export class ChargeLateUses implements Job {
  readonly name = 'charge-late-uses';
  readonly schedule = { everyMs: 60_000 };

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
    const givenBackSince = new Date(now.getTime() - chargedWithinMs);
    for (const merchantIds of await merchantBatches(this.directory)) {
      const uses = await this.database.forMerchants(merchantIds, (tx) =>
        findLateUses(tx, { givenBackSince, limit: redemptionsMax }),
      );
      for (const use of uses) await this.settle(use, now);
    }
  }

  private async settle({ merchantId, redemptionId, orderId }: Redemption, now: Date): Promise<void> {
    const place = { merchantId, redemptionId, orderId };
    try {
      const outcome = await retryLostRaces(() =>
        this.database.forMerchant(merchantId, (tx) => this.charge(tx, { merchantId, redemptionId }, now)),
      );
      if (outcome !== 'charged') return;
      this.signal.committed();
      this.logger.info(place, 'charged a reward that was used after its points had gone back');
    } catch (error) {
      // One that fails must not hold up those behind it; the next run tries again.
      this.logger.error({ err: error, ...place }, 'late use not charged');
    }
  }

  private async charge(
    tx: Tx,
    { merchantId, redemptionId }: Pick<Redemption, 'merchantId' | 'redemptionId'>,
    now: Date,
  ): Promise<Outcome> {
    const known = await findRedemption(tx, merchantId, redemptionId);
    if (!known) return 'nothing-owed';
    const [balance] = await lockBalances(tx, { customers: [{ merchantId, customerId: known.customerId }] });
    const current = await findRedemption(tx, merchantId, redemptionId);
    if (current?.customerId !== known.customerId) throw new LostRace('the redemption went to another customer');
    if (current.orderId === null || current.status === 'captured') return 'nothing-owed';

    await markChecked(tx, current, now);
    const [order] = (await readOrders(tx, [{ merchantId, orderId: current.orderId }])).orders;
    if (!order || pointsToGiveBack(current, order.facts) >= current.points) return 'nothing-owed';
    if (!balance || balance.isClosed || balance.available < current.points) return 'too-few-points';

    const charged = await this.holdAndCapture(tx, current, now);
    const { entries, changed } = planRedemptions(order, new RedemptionLookup([charged]));
    await this.ledger.post(tx, merchantId, entries, now);
    await writeCharged(tx, changed[0] ?? charged, now);
    return 'charged';
  }

  private async holdAndCapture(tx: Tx, redemption: Redemption, now: Date): Promise<Redemption> {
    const { merchantId, redemptionId, customerId, points, orderId } = redemption;
    const common = { customerId, points, redemptionId, actor: 'job', ...(orderId === null ? {} : { orderId }) };
    const [held, captured] = await this.ledger.post(
      tx,
      merchantId,
      [
        {
          ...common,
          kind: 'hold',
          businessKey: `redemption/${redemptionId}/hold/used-late`,
          reason: 'The code was used after its points had gone back',
        },
        { ...common, kind: 'capture', businessKey: `redemption/${redemptionId}/capture` },
      ],
      now,
    );
    if (held?.outcome !== 'posted' || captured?.outcome !== 'posted')
      throw new Error(`redemption ${redemptionId} could not be charged`);
    return {
      ...redemption,
      status: 'captured',
      shares: held.transfer.lots ?? [],
      holdTransferId: held.transfer.transferId,
      captureTransferId: captured.transfer.transferId,
    };
  }
}
