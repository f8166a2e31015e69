import { setImmediate } from 'node:timers/promises';
import { AppError } from '@loyalnest/contracts/errors';
import type { ProgrammeSettings } from '@loyalnest/contracts/programme';
import type { SettingsPreview } from '@loyalnest/contracts/rest/programme-preview';
import { Clock } from '@loyalnest/platform/clock';
import { Database, type Tx } from '@loyalnest/platform/database/database';
import type { ShopRef } from '@loyalnest/shopify/access-tokens';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { Injectable } from '@nestjs/common';
import { ProductExclusions } from '../exclusions/exclusions.service.ts';
import type { Programme } from '../orders/order-plan.ts';
import { pointValue, worthMinor } from '../rewards/point-value.ts';
import { listRewards } from '../rewards/reward.repository.ts';
import { countPastOrders, sampleParts, streamPastOrders } from './past-orders.repository.ts';
import { findProgrammes } from './programme.repository.ts';
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
    private readonly exclusions: ProductExclusions,
    private readonly clock: Clock,
  ) {}

  /** Throws `overloaded` when too many are asked for at once, and what `ProductExclusions` throws. */
  async preview(shop: ShopRef, settings: ProgrammeSettings): Promise<SettingsPreview> {
    const excludedProducts = await this.exclusions.ofDraft(shop, settings);
    const proposed = { version: 0, settings, ...(excludedProducts ? { excludedProducts } : {}) };
    const preview = await this.#turns.take(() => this.compute(shop.merchantId, proposed));
    if (!preview) throw new AppError('overloaded', undefined, { retryAfterSeconds: 2 });
    return preview;
  }

  private compute(merchantId: number, proposedRules: Programme): Promise<SettingsPreview> {
    return this.database.forMerchant(merchantId, async (tx) => {
      await tx.query('set transaction isolation level repeatable read read only');
      const shop = await this.directory.findMerchant(tx, merchantId);
      const currentRules = (await findProgrammes(tx, [merchantId])).get(merchantId);
      if (!shop || !currentRules) throw new AppError('not-found');
      const value = pointValue(await listRewards(tx, merchantId));
      const measured = await measure(tx, {
        merchantId,
        currency: shop.currency,
        now: this.clock.now(),
        rules: [currentRules, proposedRules],
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

type Terms = { merchantId: number; currency: string; now: Date; rules: readonly Programme[] };

async function measure(tx: Tx, { merchantId, currency, now, rules }: Terms): Promise<Measured> {
  const past = { merchantId, since: new Date(now.getTime() - days * dayMs) };
  const all = await countPastOrders(tx, past);
  const isSampled = all > ordersMax;
  const parts = isSampled ? Math.ceil((sampleParts * ordersMax) / all) : sampleParts;
  const outcomes = rules.map((programme) => new RulesOutcome(programme, now));
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
