import type { Config } from '@loyalnest/platform/config/config';
import { Redis } from '@loyalnest/platform/redis/redis';
import { AppConfig } from '@loyalnest/platform/tokens';
import { Module, type OnModuleDestroy } from '@nestjs/common';
import { AccessTokens } from './access-tokens.ts';
import { AdminClient } from './admin/admin-client.ts';
import { Throttle } from './admin/throttle.ts';
import { BearerTokens } from './guards/bearer-tokens.ts';
import { RedisRevokedTokens } from './redis-revoked-tokens.ts';
import { MemoryRevokedTokens, RevokedTokens } from './revoked-tokens.ts';
import { RpcAccessTokens } from './rpc-access-tokens.ts';
import { ShopHttp } from './shop-http.ts';
import { ShopifyMetrics } from './shopify-metrics.ts';
import { WebhookController } from './webhooks/webhook.controller.ts';
import { WebhookDoor } from './webhooks/webhook-door.ts';

/**
 * What services share towards Shopify: one door for webhooks, one book of each shop's bucket, one list of revoked tokens.
 * Imported by every service that owns topics, has guarded routes or calls the Admin API; Nest makes it once per process.
 * A service gives its handlers to the door in the constructor of its module:
 * `constructor(door: WebhookDoor, orders: OrderWebhooks) { door.add(orders); }`.
 */
@Module({
  controllers: [WebhookController],
  providers: [
    {
      provide: WebhookDoor,
      useFactory: (config: Config) => new WebhookDoor(config.SHOPIFY_CLIENT_SECRET),
      inject: [AppConfig],
    },
    {
      provide: ShopHttp,
      useFactory: (config: Config) => new ShopHttp(config.SHOPIFY_GATEWAY_URL),
      inject: [AppConfig],
    },
    {
      provide: AdminClient,
      useFactory: (tokens: AccessTokens, http: ShopHttp, throttle: Throttle) =>
        new AdminClient({ tokens, http, throttle }),
      inject: [AccessTokens, ShopHttp, Throttle],
    },
    { provide: AccessTokens, useClass: RpcAccessTokens },
    Throttle,
    {
      provide: RevokedTokens,
      useFactory: (redis: Redis | null) => (redis ? new RedisRevokedTokens(redis) : new MemoryRevokedTokens()),
      inject: [Redis],
    },
    BearerTokens,
    ShopifyMetrics,
  ],
  exports: [WebhookDoor, ShopHttp, Throttle, AdminClient, AccessTokens, RevokedTokens, BearerTokens],
})
export class ShopifyModule implements OnModuleDestroy {
  constructor(private readonly http: ShopHttp) {}

  onModuleDestroy(): void {
    this.http.close();
  }
}
