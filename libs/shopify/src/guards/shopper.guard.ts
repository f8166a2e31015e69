import { AppError } from '@loyalnest/contracts/errors';
import { Clock } from '@loyalnest/platform/clock';
import type { Config } from '@loyalnest/platform/config/config';
import { HmacSha256 } from '@loyalnest/platform/crypto/hmac-sha256';
import type { GuardDescription } from '@loyalnest/platform/http/api-description';
import { RateLimits, type Reply } from '@loyalnest/platform/http/rate-limits';
import { AppConfig } from '@loyalnest/platform/tokens';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { verifyProxyRequest, type ProxyCaller } from '../app-proxy.ts';
import { ShopDirectory, type Shop } from '../shops/shop-directory.ts';
import type { GuardedRequest } from './principal.ts';

type Http = ReturnType<ExecutionContext['switchToHttp']>;

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

  /** Answers without a promise, of which each costs a request a few turns of the microtask queue, for whoever is known and counted here. */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<GuardedRequest>();
    const expected = { clientSecret: this.clientSecret, now: this.clock.now() };
    const caller = verifyProxyRequest(request.originalUrl, expected);
    const shop = this.directory.recall(caller.shopDomain);
    if (shop) return this.#letIn(caller, shop, http);
    return this.directory.awaitInstalled(caller.shopDomain).then((found) => {
      if (!found) throw new AppError('unknown-shop');
      return this.#letIn(caller, found, http);
    });
  }

  #letIn({ shopDomain, customerId }: ProxyCaller, { merchantId }: Shop, http: Http): boolean | Promise<boolean> {
    http.getRequest<GuardedRequest>().principal = { kind: 'shopper', merchantId, shopDomain, customerId };
    const reply = http.getResponse<Reply>();
    const admitted =
      customerId === null
        ? this.limits.admit('visitors', merchantId, reply)
        : this.limits.admit('shopper', { merchantId, customerId }, reply);
    return admitted ? admitted.then(() => true) : true;
  }
}
