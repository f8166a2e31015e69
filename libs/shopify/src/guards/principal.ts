import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Role } from '@loyalnest/contracts/rest/auth';

/** A member of the merchant's staff, by Shopify's session token or our API token. */
export type MerchantPrincipal = {
  kind: 'merchant';
  merchantId: number;
  shopDomain: string;
  userId: number;
  roles: readonly Role[];
};

/** A visitor of the storefront, by Shopify's app proxy. `customerId` is `null` when nobody is signed in to the shop. */
export type ShopperPrincipal = { kind: 'shopper'; merchantId: number; shopDomain: string; customerId: number | null };

export type Principal = MerchantPrincipal | ShopperPrincipal;

export type GuardedRequest = {
  headers: { authorization?: string | undefined };
  /** The address as it came in, with its query. */
  originalUrl: string;
  principal?: Principal;
};

/** The caller as the route's guard established it. */
export const CurrentPrincipal = createParamDecorator((_data: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<GuardedRequest>();
  if (!principal) throw new Error('@CurrentPrincipal() on a route without a guard');
  return principal;
});
