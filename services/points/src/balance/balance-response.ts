import type { BalanceResponse } from '@loyalnest/contracts/rest/points';
import type { KnownBalance } from './known-balances.ts';

/** A balance as the API tells it. */
export function balanceResponse(
  customerId: number,
  { pending, available, held, nextExpiry, asOf }: KnownBalance,
): BalanceResponse {
  return {
    customerId,
    pending,
    available,
    held,
    nextExpiry: nextExpiry && { points: nextExpiry.points, at: nextExpiry.at.toISOString() },
    ...(asOf && { asOf: asOf.toISOString() }),
  };
}
