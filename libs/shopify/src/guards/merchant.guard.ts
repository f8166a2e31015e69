import { AppError } from '@loyalnest/contracts/errors';
import type { GuardDescription } from '@loyalnest/platform/http/api-description';
import { RateLimits, type Reply } from '@loyalnest/platform/http/rate-limits';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ShopDirectory } from '../shops/shop-directory.ts';
import { BearerTokens } from './bearer-tokens.ts';
import type { GuardedRequest, MerchantPrincipal } from './principal.ts';

/** Lets in the staff of a merchant. The service's module provides `ShopDirectory` and imports `ShopifyModule`. */
@Injectable()
export class MerchantGuard implements CanActivate {
  static readonly description: GuardDescription = {
    ways: {
      bearer: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description: "App Bridge's session token, or the `token` of a sign-in.",
      },
    },
    problems: ['unauthenticated', 'unknown-shop', 'too-many-requests'],
  };

  constructor(
    private readonly tokens: BearerTokens,
    private readonly directory: ShopDirectory,
    private readonly limits: RateLimits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<GuardedRequest>();
    const reply = http.getResponse<Reply>();
    try {
      request.principal = await this.identify(request);
    } catch (error) {
      if (error instanceof AppError && error.code === 'unauthenticated') askForNewToken(reply);
      throw error;
    }
    await this.limits.admit('merchant', request.principal.merchantId, reply);
    return true;
  }

  private async identify(request: GuardedRequest): Promise<MerchantPrincipal> {
    const bearer = await this.tokens.verify(request.headers.authorization);
    const shop = await this.directory.awaitInstalled(bearer.shopDomain);
    if (!shop) throw new AppError('unknown-shop');
    // The domain may have passed to another merchant since the token was issued.
    if (bearer.merchantId !== undefined && bearer.merchantId !== shop.merchantId) throw new AppError('unauthenticated');
    const { merchantId, shopDomain } = shop;
    return { kind: 'merchant', merchantId, shopDomain, userId: bearer.userId, roles: bearer.roles };
  }
}

/** App Bridge, which keeps a session token while it takes it for good, makes another one and repeats the request once. */
function askForNewToken(reply: Reply): void {
  reply.header('x-shopify-retry-invalid-session-request', '1');
}
