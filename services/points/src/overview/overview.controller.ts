import { AppError } from '@loyalnest/contracts/errors';
import { overviewQuerySchema, overviewSchema, type Overview } from '@loyalnest/contracts/rest/overview';
import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import { MerchantGuard } from '@loyalnest/shopify/guards/merchant.guard';
import { CurrentPrincipal, type MerchantPrincipal } from '@loyalnest/shopify/guards/principal';
import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { pointValue, pointValueText, worthMinor } from '../rewards/point-value.ts';
import { listRewards } from '../rewards/reward.repository.ts';
import { daySeries, firstDay } from './day-series.ts';
import { listDays, readFigures } from './overview.repository.ts';
import { lagQuantile, type LagCount } from './webhook-lag.ts';
import { sumLags } from './webhook-lag.repository.ts';

@ApiTags('points')
@Controller('v1/api/points/overview')
@UseGuards(MerchantGuard)
export class OverviewController {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
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
}

function webhookLag(counts: readonly LagCount[]): Overview['webhookLag'] {
  const [p50Seconds, p95Seconds] = [lagQuantile(counts, 0.5), lagQuantile(counts, 0.95)];
  if (p50Seconds === undefined || p95Seconds === undefined) return null;
  return { p50Seconds, p95Seconds, deliveries: counts.reduce((sum, { deliveries }) => sum + deliveries, 0) };
}
