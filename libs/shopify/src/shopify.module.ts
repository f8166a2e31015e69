import type { Config } from '@loyalnest/platform/config/config';
import { AppConfig } from '@loyalnest/platform/tokens';
import { Module } from '@nestjs/common';
import { BearerTokens } from './guards/bearer-tokens.ts';
import { RevokedTokens } from './revoked-tokens.ts';
import { WebhookController } from './webhooks/webhook.controller.ts';
import { WebhookDoor } from './webhooks/webhook-door.ts';

/**
 * What services share towards Shopify: one door for webhooks, one list of revoked tokens. Imported by every service that
 * owns topics or has guarded routes; Nest makes it once per process. A service gives its handlers to the door in the
 * constructor of its module: `constructor(door: WebhookDoor, orders: OrderWebhooks) { door.add(orders); }`.
 */
@Module({
  controllers: [WebhookController],
  providers: [
    {
      provide: WebhookDoor,
      useFactory: (config: Config) => new WebhookDoor(config.SHOPIFY_CLIENT_SECRET),
      inject: [AppConfig],
    },
    RevokedTokens,
    BearerTokens,
  ],
  exports: [WebhookDoor, RevokedTokens, BearerTokens],
})
export class ShopifyModule {}
