import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import type { Job } from '@loyalnest/platform/jobs/job';
import type { Logger } from '@loyalnest/platform/telemetry/logger';
import { AppLogger } from '@loyalnest/platform/tokens';
import { ShopDirectory, type Shop } from '@loyalnest/shopify/shops/shop-directory';
import { Inject, Injectable } from '@nestjs/common';
import { raiseSettingsEpoch } from '../programme/programme.repository.ts';
import { findExclusions, refreshExclusions, type Exclusions } from './exclusions.repository.ts';
import { ProductExclusions } from './exclusions.service.ts';

/** Merchants stated in one look. */
const merchantsMax = 500;

/** Looks again which products the excluded tags and collections name: products come, and are tagged anew. */
@Injectable()
export class RefreshExclusions implements Job {
  readonly name = 'refresh-exclusions';
  readonly schedule = { cron: '*/10 * * * *' };

  constructor(
    private readonly exclusions: ProductExclusions,
    private readonly directory: ShopDirectory,
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(AppLogger) private readonly logger: Logger,
  ) {}

  async run(): Promise<void> {
    const shops = (await this.directory.listShops()).filter((shop) => shop.isInstalled);
    for (let start = 0; start < shops.length; start += merchantsMax) {
      const batch = shops.slice(start, start + merchantsMax);
      const merchantIds = batch.map(({ merchantId }) => merchantId);
      const stored = await this.database.forMerchants(merchantIds, (tx) => findExclusions(tx, merchantIds));
      for (const shop of batch) {
        const known = stored.get(shop.merchantId);
        if (known) await this.refresh(shop, known);
      }
    }
  }

  private async refresh(shop: Shop, known: Exclusions): Promise<void> {
    const { merchantId } = shop;
    try {
      const productIds = await this.exclusions.ask(shop, known.rule);
      const isChanged = productIds.join() !== known.productIds.join();
      await this.database.forMerchant(merchantId, async (tx) => {
        // The epoch first, as whoever saves rules does; its row lock makes them take turns.
        if (isChanged) await raiseSettingsEpoch(tx);
        await refreshExclusions(tx, merchantId, { rule: known.rule, productIds }, this.clock.now());
      });
      if (isChanged) this.logger.info({ merchantId, products: productIds.length }, 'excluded products changed');
    } catch (error) {
      // One shop's trouble must not keep the others waiting; what was found last stays in force.
      this.logger.warn({ err: error, merchantId }, 'excluded products not looked up');
    }
  }
}
