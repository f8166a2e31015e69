import { AppError } from '@loyalnest/contracts/errors';
import {
  overviewQuerySchema,
  overviewSchema,
  themeBlockSchema,
  type Overview,
  type ThemeBlock,
} from '@loyalnest/contracts/rest/overview';
import { Clock } from '@loyalnest/platform/clock';
import type { Config } from '@loyalnest/platform/config/config';
import { Database } from '@loyalnest/platform/database/database';
import { AppConfig } from '@loyalnest/platform/tokens';
import { MerchantGuard } from '@loyalnest/shopify/guards/merchant.guard';
import { CurrentPrincipal, type MerchantPrincipal } from '@loyalnest/shopify/guards/principal';
import { Controller, Get, Inject, Query, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { pointValue, pointValueText, worthMinor } from '../rewards/point-value.ts';
import { listRewards } from '../rewards/reward.repository.ts';
import { daySeries, firstDay } from './day-series.ts';
import { listDays, readFigures } from './overview.repository.ts';
import { themeEditorPath } from './theme-block.ts';
import { ThemeBlocks } from './theme-blocks.service.ts';
import { lagQuantile, type LagCount } from './webhook-lag.ts';
import { sumLags } from './webhook-lag.repository.ts';

@ApiTags('points')
@Controller('v1/api/points/overview')
@UseGuards(MerchantGuard)
export class OverviewController {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly themeBlocks: ThemeBlocks,
    @Inject(AppConfig) private readonly config: Config,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Reads how the programme does: sums over all time, and the last days one by one',
    description:
      'Days are those of the shop’s own calendar. Points of an order, and those taken back of it, are of the day it was placed.',
  })
  @ApiOkResponse({ standardSchema: overviewSchema })
  overview(
    @CurrentPrincipal() { merchantId }: MerchantPrincipal,
    @Query({ schema: overviewQuerySchema }) query: z.infer<typeof overviewQuerySchema>,
  ): Promise<Overview> {
    const now = this.clock.now();
    const days = Number(query.days);
    return this.database.forMerchant(merchantId, async (tx) => {
      const figures = await readFigures(tx, merchantId, now);
      if (!figures) throw new AppError('unknown-shop');
      const known = await listDays(tx, merchantId, firstDay(figures.today, days));
      const lags = await sumLags(tx, merchantId, now);
      const value = pointValue(await listRewards(tx, merchantId));
      return {
        currency: figures.currency,
        isProgrammeOn: figures.is_programme_on,
        members: figures.members,
        issued: figures.issued,
        redeemed: figures.redeemed,
        outstanding: figures.outstanding,
        outstandingValueMinor: worthMinor(figures.outstanding, value),
        pointValue: value && pointValueText(value),
        ordersIngested: figures.orders_ingested,
        webhookLag: webhookLag(lags),
        failedWebhooks: figures.failed_webhooks,
        widgetSeenAt: figures.widget_seen_at?.toISOString() ?? null,
        days: daySeries(known, figures.today, days),
      };
    });
  }

  @Get('theme-block')
  @ApiOperation({
    summary: "Says whether the widget's block is on in the shop's theme",
    description:
      'Shopify is asked, for two seconds at most, so this is apart from the overview. That the block is on is known for a minute; what else was heard is asked for again after five seconds.',
  })
  @ApiOkResponse({ standardSchema: themeBlockSchema })
  async themeBlock(@CurrentPrincipal() shop: MerchantPrincipal): Promise<ThemeBlock> {
    return { state: await this.themeBlocks.state(shop), editorPath: themeEditorPath(this.config.SHOPIFY_CLIENT_ID) };
  }
}

function webhookLag(counts: readonly LagCount[]): Overview['webhookLag'] {
  const [p50Seconds, p95Seconds] = [lagQuantile(counts, 0.5), lagQuantile(counts, 0.95)];
  if (p50Seconds === undefined || p95Seconds === undefined) return null;
  return { p50Seconds, p95Seconds, deliveries: counts.reduce((sum, { deliveries }) => sum + deliveries, 0) };
}
