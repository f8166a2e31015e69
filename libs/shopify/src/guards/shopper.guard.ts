import { Clock } from '@loyalnest/platform/clock';
import type { Config } from '@loyalnest/platform/config/config';
import type { GuardDescription } from '@loyalnest/platform/http/api-description';
import { RateLimits, type Reply } from '@loyalnest/platform/http/rate-limits';
import { AppConfig } from '@loyalnest/platform/tokens';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ShopDirectory } from '../shops/shop-directory.ts';
import type { GuardedRequest } from './principal.ts';
import { Shoppers } from './shoppers.ts';

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

  private readonly shoppers: Shoppers;

  constructor(@Inject(AppConfig) config: Config, clock: Clock, directory: ShopDirectory, limits: RateLimits) {
    this.shoppers = new Shoppers({ config, clock, directory, limits });
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const http = context.switchToHttp();
    const shopper = this.shoppers.letIn(http.getRequest<GuardedRequest>(), http.getResponse<Reply>());
    return shopper instanceof Promise ? shopper.then(() => true) : true;
  }
}
