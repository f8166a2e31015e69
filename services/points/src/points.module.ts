import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import { Idempotency } from '@loyalnest/platform/http/idempotency';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { ShopifyModule } from '@loyalnest/shopify/shopify.module';
import { WebhookDoor } from '@loyalnest/shopify/webhooks/webhook-door';
import { Module } from '@nestjs/common';
import { ActivityController } from './activity/activity.controller.ts';
import { AdjustmentController } from './adjustment/adjustment.controller.ts';
import { Adjustments } from './adjustment/adjustment.service.ts';
import { ApprovePoints } from './approval/approve-points.job.ts';
import { BalanceController } from './balance/balance.controller.ts';
import { BalanceFastPath } from './balance/balance.fast-path.ts';
import { BalanceReader } from './balance/balance-reader.ts';
import { KnownBalances } from './balance/known-balances.ts';
import { TotalsController } from './balance/totals.controller.ts';
import { ProductExclusions } from './exclusions/exclusions.service.ts';
import { RefreshExclusions } from './exclusions/refresh-exclusions.job.ts';
import { ExpirePoints } from './expiry/expire-points.job.ts';
import { LedgerHealthController } from './health/ledger-health.controller.ts';
import { OrderIntake } from './intake/order-intake.ts';
import { OrderWebhooks } from './intake/order-webhooks.ts';
import { Ledger } from './ledger/ledger.service.ts';
import { PointsRpc } from './ledger/points.rpc.ts';
import { DepartureEvents } from './merging/customer.events.ts';
import { Departures } from './merging/departures.service.ts';
import { SettleLeftOvers } from './merging/settle-left-overs.job.ts';
import { MemberController } from './members/member.controller.ts';
import { MemberEvents } from './members/member.events.ts';
import { Projection } from './members/projection.service.ts';
import { OverviewController } from './overview/overview.controller.ts';
import { ThemeBlocks } from './overview/theme-blocks.service.ts';
import { WebhookLags } from './overview/webhook-lags.service.ts';
import { MakePartitions } from './partitions/make-partitions.job.ts';
import { PointsMetrics } from './metrics/points-metrics.ts';
import { ProgrammeController } from './programme/programme.controller.ts';
import { SettingsPreviews } from './programme/settings-preview.service.ts';
import { ShopProofs } from './proof/shop-proof.service.ts';
import { VerifyLedger } from './proof/verify-ledger.job.ts';
import { ReconcileOrders, RefreshGiftCardOrders } from './reconciliation/reconciliation.job.ts';
import { Reconciliation } from './reconciliation/reconciliation.service.ts';
import { DiscountCodes } from './redemption/discount-codes.ts';
import { ChargeLateUses } from './redemption/late-uses.job.ts';
import { RedemptionController } from './redemption/redemption.controller.ts';
import { Redemptions } from './redemption/redemption.service.ts';
import { Settlement } from './redemption/settlement.service.ts';
import { ForgetOldRows } from './retention/forget.job.ts';
import { Reencrypt } from './retention/reencrypt.job.ts';
import { RewardController } from './rewards/reward.controller.ts';
import { ShopEvents } from './shops/shop.events.ts';
import { SignupEvents } from './signup/signup.events.ts';
import { StorefrontController } from './storefront/storefront.controller.ts';
import { WidgetController } from './storefront/widget.controller.ts';
import { WidgetSightings } from './storefront/widget-sightings.ts';
import { PointsStream } from './stream/points-stream.ts';
import { StreamController } from './stream/stream.controller.ts';
import { WebhookFailureController } from './webhook-failures/webhook-failures.controller.ts';
import { WebhookFailures } from './webhook-failures/webhook-failures.service.ts';

@Module({
  imports: [ShopifyModule],
  controllers: [
    ActivityController,
    AdjustmentController,
    BalanceController,
    LedgerHealthController,
    MemberController,
    OverviewController,
    ProgrammeController,
    RedemptionController,
    RewardController,
    StorefrontController,
    StreamController,
    TotalsController,
    WebhookFailureController,
    WidgetController,
  ],
  providers: [
    { provide: ShopDirectory, useFactory: (database: Database) => new ShopDirectory(database), inject: [Database] },
    {
      provide: Idempotency,
      useFactory: (database: Database, clock: Clock) => new Idempotency(database, clock),
      inject: [Database, Clock],
    },
    Adjustments,
    ApprovePoints,
    BalanceFastPath,
    BalanceReader,
    ChargeLateUses,
    DepartureEvents,
    Departures,
    DiscountCodes,
    ExpirePoints,
    ForgetOldRows,
    KnownBalances,
    Ledger,
    MakePartitions,
    MemberEvents,
    OrderIntake,
    OrderWebhooks,
    PointsMetrics,
    PointsRpc,
    ProductExclusions,
    PointsStream,
    Projection,
    ReconcileOrders,
    Reconciliation,
    Redemptions,
    Reencrypt,
    RefreshExclusions,
    RefreshGiftCardOrders,
    SettingsPreviews,
    SettleLeftOvers,
    Settlement,
    ShopEvents,
    ShopProofs,
    SignupEvents,
    ThemeBlocks,
    VerifyLedger,
    WebhookFailures,
    WebhookLags,
    WidgetSightings,
  ],
})
export class PointsModule {
  constructor(door: WebhookDoor, orders: OrderWebhooks, lags: WebhookLags) {
    door.add(lags.watch(orders));
  }
}
