import type { Service } from '@loyalnest/platform/service';
import { PointsModule } from './points.module.ts';
import { ShopEvents } from './shops/shop.events.ts';

/** The ledger: orders become points, points become rewards. */
export const points: Service = {
  name: 'points',
  module: PointsModule,
  events: [ShopEvents],
};
