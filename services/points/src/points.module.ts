import { Database } from '@loyalnest/platform/database/database';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { Module } from '@nestjs/common';
import { OrderIntake } from './intake/order-intake.ts';
import { OrderWebhooks } from './intake/order-webhooks.ts';
import { ShopEvents } from './shops/shop.events.ts';

@Module({
  providers: [
    { provide: ShopDirectory, useFactory: (database: Database) => new ShopDirectory(database), inject: [Database] },
    OrderIntake,
    OrderWebhooks,
    ShopEvents,
  ],
})
export class PointsModule {}
