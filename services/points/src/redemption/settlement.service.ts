import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import type { Job } from '@loyalnest/platform/jobs/job';
import type { Logger } from '@loyalnest/platform/telemetry/logger';
import { AppLogger } from '@loyalnest/platform/tokens';
import { ShopDirectory, type Shop } from '@loyalnest/shopify/shops/shop-directory';
import { Inject, Injectable } from '@nestjs/common';
import { DiscountCodes } from './discount-codes.ts';
import { findUnsettled } from './redemption.repository.ts';
import { Redemptions } from './redemption.service.ts';
import type { Redemption } from './redemption.ts';

/** A request makes its own code; the job takes over when it has been quiet for this long. */
const requestTimeMs = 30_000;
/** A code that could not be made for this long will not be; the points go back. */
const giveUpAfterMs = 15 * 60 * 1_000;
/** Merchants stated in one look, and redemptions moved on per look. */
const merchantsMax = 500;
const redemptionsMax = 200;

/** Brings each redemption to its end with Shopify: code made, or points back. */
@Injectable()
export class Settlement implements Job {
  readonly name = 'settle-redemptions';
  readonly schedule = { everyMs: 30_000 };

  constructor(
    private readonly redemptions: Redemptions,
    private readonly codes: DiscountCodes,
    private readonly directory: ShopDirectory,
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(AppLogger) private readonly logger: Logger,
  ) {}

  /** Makes the code of a held redemption. It stays `held` while Shopify gives no answer. */
  async issue(shop: Shop, redemption: Redemption, attempt: 'first' | 'repeated'): Promise<Redemption> {
    const made = await this.codes.make(shop, redemption, attempt);
    if (made.outcome === 'done') return this.redemptions.activate(redemption);
    this.logger.warn(
      { merchantId: shop.merchantId, redemptionId: redemption.redemptionId, reason: made.reason },
      `code ${made.outcome}`,
    );
    if (made.outcome === 'refused') return this.redemptions.giveBack(redemption, 'failed', 'job');
    return redemption;
  }

  /** Takes the code back, then gives the points back. It stays `releasing` while Shopify gives no answer. */
  async release(shop: Shop, redemption: Redemption, actor: string): Promise<Redemption> {
    const releasing = await this.redemptions.startRelease(redemption);
    if (releasing.status !== 'releasing') return releasing;
    const removed = await this.codes.remove(shop, releasing);
    if (removed.outcome === 'done') return this.redemptions.giveBack(releasing, 'released', actor);
    this.logger.warn(
      { merchantId: shop.merchantId, redemptionId: redemption.redemptionId, reason: removed.reason },
      `code removal ${removed.outcome}`,
    );
    return releasing;
  }

  async run(): Promise<void> {
    const shops = await this.directory.listShops();
    for (let start = 0; start < shops.length; start += merchantsMax) {
      const batch = new Map(shops.slice(start, start + merchantsMax).map((shop) => [shop.merchantId, shop]));
      const now = this.clock.now();
      const heldBefore = new Date(now.getTime() - requestTimeMs);
      const unsettled = await this.database.forMerchants([...batch.keys()], (tx) =>
        findUnsettled(tx, { now, heldBefore, limit: redemptionsMax }),
      );
      for (const redemption of unsettled) {
        const shop = batch.get(redemption.merchantId);
        if (shop) await this.moveOn(shop, redemption, now);
      }
    }
  }

  private async moveOn(shop: Shop, redemption: Redemption, now: Date): Promise<void> {
    try {
      const isHopeless = now.getTime() - redemption.createdAt.getTime() > giveUpAfterMs;
      if (redemption.status === 'held' && !isHopeless) await this.issue(shop, redemption, 'repeated');
      else await this.release(shop, redemption, 'job');
    } catch (error) {
      // One that fails must not hold up those behind it; the next run tries again.
      this.logger.error(
        { err: error, merchantId: shop.merchantId, redemptionId: redemption.redemptionId },
        'redemption not settled',
      );
    }
  }
}
