import { AppError } from '@loyalnest/contracts/errors';
import type { GuardDescription } from '@loyalnest/platform/http/api-description';
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
    problems: ['unauthenticated', 'unknown-shop'],
  };

  constructor(
    private readonly tokens: BearerTokens,
    private readonly directory: ShopDirectory,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<GuardedRequest>();
    try {
      request.principal = await this.identify(request);
    } catch (error) {
      if (error instanceof AppError && error.code === 'unauthenticated') askForNewToken(http.getResponse());
      throw error;
    }
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
function askForNewToken(reply: { header(name: string, value: string): unknown }): void {
  reply.header('x-shopify-retry-invalid-session-request', '1');
}
