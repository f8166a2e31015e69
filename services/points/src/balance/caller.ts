import { AppError } from '@loyalnest/contracts/errors';
import type { Principal } from '@loyalnest/shopify/guards/principal';

/**
 * Whose points a request is about: a shopper's own, whatever the request names; for a merchant the customer it names.
 * Throws `unauthenticated` for a visitor who is not signed in to the shop, `invalid-request` when nobody is named.
 */
export function customerOf(principal: Principal, named: number | undefined): number {
  if (principal.kind === 'shopper') {
    if (principal.customerId === null) throw new AppError('unauthenticated', 'Sign in to the shop first');
    return principal.customerId;
  }
  if (named === undefined) throw new AppError('invalid-request', 'Name the customer: customerId');
  return named;
}

/** Who did it, as the ledger and the history of settings record it. */
export function actorOf(principal: Principal): string {
  return principal.kind === 'shopper' ? 'customer' : `staff:${principal.userId}`;
}

/** Distinguishes callers whose Idempotency-Keys must not meet. */
export function callerOf(principal: Principal): string {
  return principal.kind === 'shopper' ? `customer:${principal.customerId ?? 'guest'}` : `staff:${principal.userId}`;
}
