import type { Clock } from '@loyalnest/platform/clock';
import type { Config } from '@loyalnest/platform/config/config';
import { HmacSha256 } from '@loyalnest/platform/crypto/hmac-sha256';
import type { RateLimits, Reply } from '@loyalnest/platform/http/rate-limits';
import { AppError } from '@loyalnest/contracts/errors';
import { verifyProxyRequest, type ProxyCaller } from '../app-proxy.ts';
import type { Shop, ShopDirectory } from '../shops/shop-directory.ts';
import type { ShopperPrincipal } from './principal.ts';

/** Visitors of the storefront, as Shopify's app proxy presents them. */
export class Shoppers {
  readonly #clientSecret: HmacSha256;
  readonly #clock: Clock;
  readonly #directory: ShopDirectory;
  readonly #limits: RateLimits;

  constructor(parts: { config: Config; clock: Clock; directory: ShopDirectory; limits: RateLimits }) {
    this.#clientSecret = new HmacSha256(parts.config.SHOPIFY_CLIENT_SECRET);
    this.#clock = parts.clock;
    this.#directory = parts.directory;
    this.#limits = parts.limits;
  }

  /**
   * Who asks; noted on the request, and counted. Without a promise, of which each costs a request a few turns of the microtask queue,
   * for whoever is known and counted here. Throws `unauthenticated`, `unknown-shop`, `too-many-requests`.
   */
  letIn(
    request: { readonly originalUrl: string; principal?: object },
    reply: Reply,
  ): ShopperPrincipal | Promise<ShopperPrincipal> {
    const caller = verifyProxyRequest(request.originalUrl, {
      clientSecret: this.#clientSecret,
      now: this.#clock.now(),
    });
    const shop = this.#directory.recall(caller.shopDomain);
    if (shop) return this.#admit(caller, shop, request, reply);
    return this.#directory.awaitInstalled(caller.shopDomain).then((found) => {
      if (!found) throw new AppError('unknown-shop');
      return this.#admit(caller, found, request, reply);
    });
  }

  #admit(
    { shopDomain, customerId }: ProxyCaller,
    { merchantId }: Shop,
    request: { principal?: object },
    reply: Reply,
  ): ShopperPrincipal | Promise<ShopperPrincipal> {
    const shopper: ShopperPrincipal = { kind: 'shopper', merchantId, shopDomain, customerId };
    request.principal = shopper;
    const admitted =
      customerId === null
        ? this.#limits.admit('visitors', merchantId, reply)
        : this.#limits.admit('shopper', { merchantId, customerId }, reply);
    return admitted ? admitted.then(() => shopper) : shopper;
  }
}
