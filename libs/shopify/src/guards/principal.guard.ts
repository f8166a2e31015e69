import { Clock } from '@loyalnest/platform/clock';
import type { Config } from '@loyalnest/platform/config/config';
import type { GuardDescription } from '@loyalnest/platform/http/api-description';
import { RateLimits } from '@loyalnest/platform/http/rate-limits';
import { AppConfig } from '@loyalnest/platform/tokens';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { isProxyRequest } from '../app-proxy.ts';
import { ShopDirectory } from '../shops/shop-directory.ts';
import { BearerTokens } from './bearer-tokens.ts';
import { MerchantGuard } from './merchant.guard.ts';
import type { GuardedRequest } from './principal.ts';
import { ShopperGuard } from './shopper.guard.ts';

/** Lets in either a merchant's staff or a shopper. A request with a proxy signature is the shopper's, whatever else it has. */
@Injectable()
export class PrincipalGuard implements CanActivate {
  static readonly description: GuardDescription = {
    ways: { ...MerchantGuard.description.ways, ...ShopperGuard.description.ways },
    problems: MerchantGuard.description.problems,
  };

  private readonly merchants: MerchantGuard;
  private readonly shoppers: ShopperGuard;

  constructor(
    @Inject(AppConfig) config: Config,
    clock: Clock,
    directory: ShopDirectory,
    tokens: BearerTokens,
    limits: RateLimits,
  ) {
    this.merchants = new MerchantGuard(tokens, directory, limits);
    this.shoppers = new ShopperGuard(config, clock, directory, limits);
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const { originalUrl } = context.switchToHttp().getRequest<GuardedRequest>();
    const guard = isProxyRequest(originalUrl) ? this.shoppers : this.merchants;
    return guard.canActivate(context);
  }
}
