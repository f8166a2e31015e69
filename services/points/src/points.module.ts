import { Database } from '@loyalnest/platform/database/database';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { ShopifyModule } from '@loyalnest/shopify/shopify.module';
import { WebhookDoor } from '@loyalnest/shopify/webhooks/webhook-door';
import { Module } from '@nestjs/common';
import { BalanceController } from './balance/balance.controller.ts';
import { BalanceReader } from './balance/balance-reader.ts';
import { OrderIntake } from './intake/order-intake.ts';
import { OrderWebhooks } from './intake/order-webhooks.ts';
import { ProgrammeController } from './programme/programme.controller.ts';
import { ShopEvents } from './shops/shop.events.ts';

@Module({
  imports: [ShopifyModule],
  controllers: [BalanceController, ProgrammeController],
  providers: [
    { provide: ShopDirectory, useFactory: (database: Database) => new ShopDirectory(database), inject: [Database] },
    BalanceReader,
    OrderIntake,
    OrderWebhooks,
    ShopEvents,
  ],
})
export class PointsModule {
  constructor(door: WebhookDoor, orders: OrderWebhooks) {
    door.add(orders);
  }
}
