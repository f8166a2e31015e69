import type { Service } from '@loyalnest/platform/service';
import { PointsRpc } from './ledger/points.rpc.ts';
import { PointsModule } from './points.module.ts';
import { ReconcileOrders, RefreshGiftCardOrders } from './reconciliation/reconciliation.job.ts';
import { Settlement } from './redemption/settlement.service.ts';
import { ShopEvents } from './shops/shop.events.ts';

/** The ledger: orders become points, points become rewards. */
export const points: Service = {
  name: 'points',
  module: PointsModule,
  encrypts: true,
  events: [ShopEvents],
  jobs: [ReconcileOrders, RefreshGiftCardOrders, Settlement],
  rpc: [PointsRpc],
};
