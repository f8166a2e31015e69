import { randomBytes } from 'node:crypto';
import { Clock } from '@loyalnest/platform/clock';
import { Database, type Tx } from '@loyalnest/platform/database/database';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import { Injectable } from '@nestjs/common';
import { Ledger } from '../ledger/ledger.service.ts';
import { LostRace, retryLostRaces } from '../ledger/lost-race.ts';
import { lockBalances } from '../ledger/posting.repository.ts';
import { discountBucket, redemptionCode, redemptionExpiry, type Reward } from '../rewards/reward.ts';
import { findReward, lockReward } from '../rewards/reward.repository.ts';
import type { Redemption, RedemptionStatus } from './redemption.ts';
import {
  addRedemption,
  countTaken,
  findByRequest,
  findRedemption,
  nextRedemptionId,
  writeRedemptions,
} from './redemption.repository.ts';

export type TakeRequest = {
  merchantId: number;
  customerId: number;
  rewardId: number;
  /** Names the request for good: repeated, it finds the redemption it made. */
  requestKey: string;
  actor: string;
};

export type TakeResult =
  /** `isNew`: not found as the result of an earlier try. */
  | { outcome: 'taken'; redemption: Redemption; isNew: boolean }
  | { outcome: 'reward-not-found' | 'reward-closed' | 'reward-limit-reached' }
  | { outcome: 'insufficient-points'; available: number };

/** The states from which a redemption can still come back. */
const unsettled: readonly RedemptionStatus[] = ['held', 'active', 'releasing'];

/** What happens to points while a reward is taken, used or given back. Knows nothing of Shopify. */
@Injectable()
export class Redemptions {
  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
    private readonly signal: OutboxSignal,
  ) {}

  /** Sets the points aside for a code that is yet to be made. */
  async take(request: TakeRequest): Promise<TakeResult> {
    const result = await retryLostRaces(() =>
      this.database.forMerchant(request.merchantId, (tx) => this.takeIn(tx, request)),
    );
    this.signal.committed();
    return result;
  }

  find(merchantId: number, redemptionId: number): Promise<Redemption | undefined> {
    return this.database.forMerchant(merchantId, (tx) => findRedemption(tx, merchantId, redemptionId));
  }

  /** The code works at Shopify now. */
  activate(redemption: Redemption): Promise<Redemption> {
    return this.change(redemption, async (_tx, current) =>
      current.status === 'held' ? { ...current, status: 'active' } : current,
    );
  }

  /** From here on the code is being taken back; an order that used it meanwhile still captures it. */
  startRelease(redemption: Redemption): Promise<Redemption> {
    return this.change(redemption, async (_tx, current) =>
      current.status === 'held' || current.status === 'active' ? { ...current, status: 'releasing' } : current,
    );
  }

  /** Gives the points back to the lots they came from, unless an order used the code in the meantime. */
  giveBack(redemption: Redemption, to: 'released' | 'failed', actor: string): Promise<Redemption> {
    return this.change(redemption, async (tx, current) => {
      if (!unsettled.includes(current.status)) return current;
      const [posted] = await this.ledger.post(
        tx,
        current.merchantId,
        [
          {
            kind: 'release',
            customerId: current.customerId,
            points: current.points,
            shares: current.shares,
            businessKey: `redemption/${current.redemptionId}/release`,
            redemptionId: current.redemptionId,
            reversesTransferId: current.holdTransferId,
            actor,
          },
        ],
        this.clock.now(),
      );
      if (posted?.outcome !== 'posted') throw new Error(`redemption ${current.redemptionId} could not be released`);
      return { ...current, status: to };
    });
  }

  private async takeIn(tx: Tx, request: TakeRequest): Promise<TakeResult> {
    const { merchantId, customerId } = request;
    const earlier = await findByRequest(tx, merchantId, request.requestKey);
    if (earlier) return { outcome: 'taken', redemption: earlier, isNew: false };
    const reward = await this.rewardFor(tx, request);
    if (!reward) return { outcome: 'reward-not-found' };
    if (!reward.isOpen) return { outcome: 'reward-closed' };

    await lockBalances(tx, { customers: [{ merchantId, customerId }] });
    if (await isLimitReached(tx, reward, customerId)) return { outcome: 'reward-limit-reached' };
    const redemptionId = await nextRedemptionId(tx);
    const now = this.clock.now();
    const [held] = await this.ledger.post(
      tx,
      merchantId,
      [
        {
          kind: 'hold',
          customerId,
          points: reward.points,
          businessKey: `redemption/${redemptionId}/hold`,
          redemptionId,
          actor: request.actor,
        },
      ],
      now,
    );
    if (held?.outcome === 'insufficient') return { outcome: 'insufficient-points', available: held.available };
    if (held?.outcome !== 'posted') throw new Error(`redemption ${redemptionId} could not be held`);
    const expiresAt = redemptionExpiry(reward, now);
    const redemption: Redemption = {
      merchantId,
      redemptionId,
      customerId,
      rewardId: reward.rewardId,
      points: reward.points,
      code: redemptionCode(reward.codePrefix, randomBytes),
      bucket: discountBucket(reward, expiresAt),
      status: 'held',
      shares: held.transfer.lots ?? [],
      holdTransferId: held.transfer.transferId,
      orderId: null,
      captureTransferId: null,
      restoredPoints: 0,
      createdAt: now,
      expiresAt,
    };
    await addRedemption(tx, redemption, request.requestKey);
    return { outcome: 'taken', redemption, isNew: true };
  }

  /** A reward with limits is taken one at a time, so that two cannot both be the last. */
  private async rewardFor(tx: Tx, { merchantId, rewardId }: TakeRequest): Promise<Reward | undefined> {
    const reward = await findReward(tx, merchantId, rewardId);
    return reward?.totalMax == null ? reward : lockReward(tx, merchantId, rewardId);
  }

  private async change(
    { merchantId, redemptionId }: Redemption,
    next: (tx: Tx, current: Redemption) => Promise<Redemption>,
  ): Promise<Redemption> {
    const now = this.clock.now();
    const changed = await retryLostRaces(() =>
      this.database.forMerchant(merchantId, async (tx) => {
        const known = await findRedemption(tx, merchantId, redemptionId);
        if (!known) throw new Error(`redemption ${redemptionId} is gone`);
        await lockBalances(tx, { customers: [{ merchantId, customerId: known.customerId }] });
        const current = await findRedemption(tx, merchantId, redemptionId);
        if (current?.customerId !== known.customerId) throw new LostRace('the redemption went to another customer');
        const after = await next(tx, current);
        if (after !== current) await writeRedemptions(tx, [after], now);
        return after;
      }),
    );
    this.signal.committed();
    return changed;
  }
}

async function isLimitReached(tx: Tx, reward: Reward, customerId: number): Promise<boolean> {
  const { perCustomerMax, totalMax } = reward;
  if (perCustomerMax === null && totalMax === null) return false;
  const taken = await countTaken(tx, reward, customerId);
  return taken.byCustomer >= (perCustomerMax ?? Infinity) || taken.inTotal >= (totalMax ?? Infinity);
}
