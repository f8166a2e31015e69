import { AppError } from '@loyalnest/contracts/errors';
import { Clock } from '@loyalnest/platform/clock';
import type { Config } from '@loyalnest/platform/config/config';
import type { GuardDescription } from '@loyalnest/platform/http/api-description';
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
    problems: ['unauthenticated', 'unknown-shop'],
  };

  constructor(
    @Inject(AppConfig) private readonly config: Config,
    private readonly clock: Clock,
    private readonly directory: ShopDirectory,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    const expected = { clientSecret: this.config.SHOPIFY_CLIENT_SECRET, now: this.clock.now() };
    const { shopDomain, customerId } = verifyProxyRequest(request.originalUrl, expected);
    const shop = await this.directory.awaitInstalled(shopDomain);
    if (!shop) throw new AppError('unknown-shop');
    request.principal = { kind: 'shopper', merchantId: shop.merchantId, shopDomain, customerId };
    return true;
  }
}
