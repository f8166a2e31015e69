import { AuthService } from '@loyalnest/contracts/proto/loyalnest/auth/v1/auth_pb';
import type { Service } from '@loyalnest/platform/service';
import { ShopifyMetrics } from '@loyalnest/shopify/shopify-metrics';
import { ApprovePoints } from './approval/approve-points.job.ts';
import { RefreshExclusions } from './exclusions/refresh-exclusions.job.ts';
import { BalanceFastPath } from './balance/balance.fast-path.ts';
import { ExpirePoints } from './expiry/expire-points.job.ts';
import { PointsRpc } from './ledger/points.rpc.ts';
import { DepartureEvents } from './merging/customer.events.ts';
import { SettleLeftOvers } from './merging/settle-left-overs.job.ts';
import { MemberEvents } from './members/member.events.ts';
import { Projection } from './members/projection.service.ts';
import { WebhookLags } from './overview/webhook-lags.service.ts';
import { PointsMetrics } from './metrics/points-metrics.ts';
import { MakePartitions } from './partitions/make-partitions.job.ts';
import { PointsModule } from './points.module.ts';
import { VerifyLedger } from './proof/verify-ledger.job.ts';
import { ReconcileOrders, RefreshGiftCardOrders } from './reconciliation/reconciliation.job.ts';
import { ChargeLateUses } from './redemption/late-uses.job.ts';
import { Settlement } from './redemption/settlement.service.ts';
import { ForgetOldRows } from './retention/forget.job.ts';
import { Reencrypt } from './retention/reencrypt.job.ts';
import { ShopEvents } from './shops/shop.events.ts';
import { SignupEvents } from './signup/signup.events.ts';
import { PointsStream } from './stream/points-stream.ts';

/** The ledger: orders become points, points become rewards. */
export const points: Service = {
  name: 'points',
  module: PointsModule,
  encrypts: true,
  reads: ['WIDGET_FOLDER', 'FEATURE_FLAGS_FILE'],
  // In the order in which things happen: a shop installs, a customer signs up, a customer goes.
  events: [ShopEvents, SignupEvents, DepartureEvents, MemberEvents],
  jobs: [
    ApprovePoints,
    ChargeLateUses,
    ExpirePoints,
    ForgetOldRows,
    MakePartitions,
    ReconcileOrders,
    Reencrypt,
    RefreshExclusions,
    RefreshGiftCardOrders,
    SettleLeftOvers,
    Settlement,
    VerifyLedger,
  ],
  rpc: [PointsRpc],
  calls: [AuthService],
  workers: [MakePartitions, Projection, WebhookLags],
  fastPaths: [BalanceFastPath],
  stream: PointsStream,
  metrics: [PointsMetrics, ShopifyMetrics],
};
