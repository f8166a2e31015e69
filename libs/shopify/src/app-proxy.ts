import type { ParsedUrlQuery } from 'node:querystring';
import { AppError } from '@loyalnest/contracts/errors';
import type { HmacSha256 } from '@loyalnest/platform/crypto/hmac-sha256';
import { readQuery } from '@loyalnest/platform/http/query';
import { firstOf, isSignedProxyQuery } from './hmac.ts';
import { isShopDomain } from './shops/shop-domain.ts';

/** Who asks through the shop's app proxy. `customerId` is `null` for a visitor who is not signed in to the shop. */
export type ProxyCaller = { shopDomain: string; customerId: number | null };

/**
 * Shopify signs while it forwards, so a genuine request is as old as its way here. 90 seconds leave room for clocks that
 * differ and slow networks; an address that leaked into a log or a browser's history is worthless soon after. Requests
 * that change something need an `Idempotency-Key` besides, so repeating one within that time does nothing twice.
 */
export const proxyAgeMaxMs = 90_000;

/**
 * Verifies an app-proxy request by its address as it came in: a parsed query loses repeated keys, which are signed too.
 * Throws `unauthenticated`.
 */
export function verifyProxyRequest(rawUrl: string, expected: { clientSecret: HmacSha256; now: Date }): ProxyCaller {
  const query = proxyQuery(rawUrl);
  if (!isSignedProxyQuery(query, expected.clientSecret)) throw new AppError('unauthenticated');
  const ageMs = expected.now.getTime() - Number(firstOf(query['timestamp']) ?? Number.NaN) * 1_000;
  if (!(Math.abs(ageMs) <= proxyAgeMaxMs)) throw new AppError('unauthenticated');
  const shopDomain = firstOf(query['shop']) ?? '';
  if (!isShopDomain(shopDomain)) throw new AppError('unauthenticated');
  return { shopDomain, customerId: parseCustomerId(firstOf(query['logged_in_customer_id'])) };
}

/** Whether a request claims to come through the app proxy. */
export function isProxyRequest(rawUrl: string): boolean {
  return /[?&]signature=/.test(rawUrl);
}

/** All of a query: a parameter that is left out here would not be covered by the signature. */
export function proxyQuery(rawUrl: string): Readonly<ParsedUrlQuery> {
  const start = rawUrl.indexOf('?');
  return readQuery(start < 0 ? '' : rawUrl.slice(start + 1));
}

function parseCustomerId(text: string | undefined): number | null {
  if (text === undefined || text === '') return null;
  const id = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(id)) throw new AppError('unauthenticated');
  return id;
}
