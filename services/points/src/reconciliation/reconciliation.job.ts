import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '@loyalnest/platform/database/database';
import type { Job } from '@loyalnest/platform/jobs/job';
import type { Logger } from '@loyalnest/platform/telemetry/logger';
import type { Shop } from '@loyalnest/shopify/shops/shop-directory';
import { AppLogger } from '@loyalnest/platform/tokens';
import { Inject, Injectable } from '@nestjs/common';
import type { OrderKey } from '../orders/order.repository.ts';
import { findWaitingForGiftCards } from './reconciliation.repository.ts';
import { Reconciliation } from './reconciliation.service.ts';

/** Shops compared at once. Most of it is waiting for Shopify, where each has points of its own: one after the other, thousands take too long. */
const shopsAtOnce = 4;
/** Pause of each of them after a shop: thousands without one kept a core from the orders for a quarter of a minute. */
const restMs = 40;

/** Finds, for every installed shop, the orders whose webhooks never came. */
@Injectable()
export class ReconcileOrders implements Job {
  readonly name = 'reconcile-orders';
  readonly schedule = { cron: '*/15 * * * *' };

  constructor(
    private readonly reconciliation: Reconciliation,
    @Inject(AppLogger) private readonly logger: Logger,
  ) {}

  async run(): Promise<void> {
    const shops = (await this.reconciliation.installedShops()).values();
    await Promise.all(Array.from({ length: shopsAtOnce }, () => this.#compare(shops)));
  }

  /** One after the other, those that nobody else has taken. */
  async #compare(shops: Iterable<Shop>): Promise<void> {
    for (const shop of shops) {
      try {
        const result = await this.reconciliation.reconcile(shop);
        if (result.missed > 0 || result.failure)
          this.logger.warn({ merchantId: shop.merchantId, ...result }, 'reconciled');
      } catch (error) {
        // One shop's trouble must not keep the others from being compared; its watermark stays where it was.
        this.logger.error({ err: error, merchantId: shop.merchantId }, 'reconciliation failed');
      }
      await sleep(restMs);
    }
  }
}

/** Merchants stated in one look, and orders refreshed per look. */
const merchantsMax = 500;
const ordersMax = 100;

/**
 * Asks Shopify what gift cards paid of the orders that wait for it; webhooks do not say. Each run goes on where the last one
 * ended, and begins again after the last order: those that can never be refreshed keep nobody from their turn.
 */
@Injectable()
export class RefreshGiftCardOrders implements Job {
  readonly name = 'refresh-gift-card-orders';
  readonly schedule = { everyMs: 60_000 };
  /** The last order of the last run, by where its merchants begin. */
  readonly #after = new Map<number, OrderKey | undefined>();

  constructor(
    private readonly reconciliation: Reconciliation,
    private readonly database: Database,
    @Inject(AppLogger) private readonly logger: Logger,
  ) {}

  async run(): Promise<void> {
    const shops = await this.reconciliation.installedShops();
    for (let start = 0; start < shops.length; start += merchantsMax) {
      const batch = new Map(shops.slice(start, start + merchantsMax).map((shop) => [shop.merchantId, shop]));
      const waiting = await this.database.forMerchants([...batch.keys()], (tx) =>
        findWaitingForGiftCards(tx, { after: this.#after.get(start), limit: ordersMax }),
      );
      this.#after.set(start, waiting.length === ordersMax ? waiting.at(-1) : undefined);
      for (const { merchantId, orderId } of waiting) {
        const shop = batch.get(merchantId);
        const failure = shop && (await this.reconciliation.refresh(shop, `gid://shopify/Order/${orderId}`));
        if (failure) this.logger.warn({ merchantId, orderId, reason: failure }, 'order not refreshed');
      }
    }
  }
}
