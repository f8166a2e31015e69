import { setImmediate } from 'node:timers/promises';
import { AppError } from '@loyalnest/contracts/errors';
import type { ProgrammeSettings } from '@loyalnest/contracts/programme';
import type { SettingsPreview } from '@loyalnest/contracts/rest/programme-preview';
import { Clock } from '@loyalnest/platform/clock';
import { Database, type Tx } from '@loyalnest/platform/database/database';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { Injectable } from '@nestjs/common';
import { pointValue, worthMinor } from '../rewards/point-value.ts';
import { listRewards } from '../rewards/reward.repository.ts';
import { countPastOrders, sampleParts, streamPastOrders } from './past-orders.repository.ts';
import { findNewestVersion } from './programme.repository.ts';
import { Turns } from '../turns/turns.ts';
import { revenueMinor, RulesOutcome } from './rules-outcome.ts';

const days = 90;
const dayMs = 24 * 60 * 60 * 1_000;
/** Orders looked at: a second of work, and an error of a few per cent at most when they are a part. */
const ordersMax = 20_000;
/** Orders measured before whoever else waits gets a turn: a few milliseconds. */
const ordersPerTurn = 100;

/** Each holds a connection and a good part of a processor, which orders need more. */
const previewsAtOnce = 2;
/** Somebody who tries out numbers asks quickly; past this they are faster than any answer could be. */
const previewsWaitingMax = 20;

/** Shows, before rules are saved, what they would have brought. Changes nothing. */
@Injectable()
export class SettingsPreviews {
  readonly #turns = new Turns({ atOnceMax: previewsAtOnce, waitingMax: previewsWaitingMax });

  constructor(
    private readonly database: Database,
    private readonly directory: ShopDirectory,
    private readonly clock: Clock,
  ) {}

  /** Throws `overloaded` when too many are asked for at once. */
  async preview(merchantId: number, settings: ProgrammeSettings): Promise<SettingsPreview> {
    const preview = await this.#turns.take(() => this.compute(merchantId, settings));
    if (!preview) throw new AppError('overloaded', undefined, { retryAfterSeconds: 2 });
    return preview;
  }

  private compute(merchantId: number, settings: ProgrammeSettings): Promise<SettingsPreview> {
    return this.database.forMerchant(merchantId, async (tx) => {
      await tx.query('set transaction isolation level repeatable read read only');
      const shop = await this.directory.findMerchant(tx, merchantId);
      const newest = await findNewestVersion(tx, merchantId);
      if (!shop || !newest) throw new AppError('not-found');
      const value = pointValue(await listRewards(tx, merchantId));
      const measured = await measure(tx, {
        merchantId,
        currency: shop.currency,
        now: this.clock.now(),
        rules: [newest.settings, settings],
      });
      const [current, proposed] = measured.outcomes.map((outcome) => {
        const points = measured.scale(outcome.points);
        return { points, valueMinor: worthMinor(points, value), customers: measured.scale(outcome.customers) };
      });
      if (!current || !proposed) throw new Error('two rules have two outcomes');
      const { orders, isSampled } = measured;
      return { days, orders, isSampled, revenueMinor: measured.scale(measured.revenueMinor), current, proposed };
    });
  }
}

type Measured = {
  /** Orders looked at. */
  orders: number;
  isSampled: boolean;
  revenueMinor: number;
  outcomes: RulesOutcome[];
  /** From the orders looked at to all orders. */
  scale: (amount: number) => number;
};

type Terms = { merchantId: number; currency: string; now: Date; rules: readonly ProgrammeSettings[] };

async function measure(tx: Tx, { merchantId, currency, now, rules }: Terms): Promise<Measured> {
  const past = { merchantId, since: new Date(now.getTime() - days * dayMs) };
  const all = await countPastOrders(tx, past);
  const isSampled = all > ordersMax;
  const parts = isSampled ? Math.ceil((sampleParts * ordersMax) / all) : sampleParts;
  const outcomes = rules.map((settings) => new RulesOutcome(settings, now));
  let orders = 0;
  let revenue = 0;
  for await (const order of streamPastOrders(tx, { ...past, parts })) {
    for (const outcome of outcomes) outcome.add(order);
    if (order.facts.snapshot?.currency === currency) revenue += revenueMinor(order);
    orders += 1;
    if (orders % ordersPerTurn === 0) await setImmediate();
  }
  const scale = (amount: number) =>
    Math.min(Number.MAX_SAFE_INTEGER, Math.round(orders === 0 ? 0 : amount * (all / orders)));
  return { orders, isSampled, revenueMinor: revenue, outcomes, scale };
}
