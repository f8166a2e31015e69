import { AppError } from '@loyalnest/contracts/errors';
import { Clock } from '@loyalnest/platform/clock';
import type { Config } from '@loyalnest/platform/config/config';
import { HmacSha256 } from '@loyalnest/platform/crypto/hmac-sha256';
import type { GuardDescription } from '@loyalnest/platform/http/api-description';
import { RateLimits } from '@loyalnest/platform/http/rate-limits';
import { AppConfig } from '@loyalnest/platform/tokens';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { verifyProxyRequest } from '../app-proxy.ts';
import { ShopDirectory } from '../shops/shop-directory.ts';
import type { GuardedRequest } from './principal.ts';

/** Lets in visitors of the storefront, as Shopify's app proxy presents them. */
@Injectable()
export class ShopperGuard implements CanActivate {
  static readonly description: GuardDescription = {
    ways: {
      appProxy: {
        type: 'apiKey',
        in: 'query',
        name: 'signature',
        description:
          "Shopify's app proxy puts it into the query, with `shop`, `timestamp` and `logged_in_customer_id`.",
      },
    },
    problems: ['unauthenticated', 'unknown-shop', 'too-many-requests'],
  };

  private readonly clientSecret: HmacSha256;

  constructor(
    @Inject(AppConfig) config: Config,
    private readonly clock: Clock,
    private readonly directory: ShopDirectory,
    private readonly limits: RateLimits,
  ) {
    this.clientSecret = new HmacSha256(config.SHOPIFY_CLIENT_SECRET);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<GuardedRequest>();
    const expected = { clientSecret: this.clientSecret, now: this.clock.now() };
    const { shopDomain, customerId } = verifyProxyRequest(request.originalUrl, expected);
    const shop = this.directory.recall(shopDomain) ?? (await this.directory.awaitInstalled(shopDomain));
    if (!shop) throw new AppError('unknown-shop');
    const { merchantId } = shop;
    request.principal = { kind: 'shopper', merchantId, shopDomain, customerId };
    if (customerId === null) await this.limits.admit('visitors', merchantId, http.getResponse());
    else await this.limits.admit('shopper', `${merchantId}:${customerId}`, http.getResponse());
    return true;
  }
}
