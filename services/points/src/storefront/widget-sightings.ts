import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import { AppLogger } from '@loyalnest/platform/tokens';
import type { Logger } from '@loyalnest/platform/telemetry/logger';
import { Inject, Injectable } from '@nestjs/common';

/** How exactly is known when a storefront last showed the widget. Every visitor of every page loads it. */
const stepMs = 60 * 60_000;

/** Keeps when each shop's storefront last loaded the widget (`shops.widget_seen_at`): whether the theme block is on. */
@Injectable()
export class WidgetSightings {
  /** A number for each shop that this process has seen. */
  private readonly recordedMs = new Map<number, number>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(AppLogger) private readonly logger: Logger,
  ) {}

  /** Writes at most once an hour per shop. Never fails: a sighting is not worth a visitor's error. */
  async record(merchantId: number): Promise<void> {
    const now = this.clock.now();
    const recorded = this.recordedMs.get(merchantId);
    if (recorded !== undefined && now.getTime() - recorded < stepMs) return;
    this.recordedMs.set(merchantId, now.getTime());
    try {
      await this.database.forMerchant(merchantId, (tx) =>
        tx.execute(
          `update shops set widget_seen_at = $2
           where merchant_id = $1 and (widget_seen_at is null or widget_seen_at <= $3)`,
          [merchantId, now, new Date(now.getTime() - stepMs)],
        ),
      );
    } catch (error) {
      this.recordedMs.delete(merchantId);
      this.logger.warn({ err: error, merchantId }, 'the widget was seen, and that could not be written');
    }
  }
}
