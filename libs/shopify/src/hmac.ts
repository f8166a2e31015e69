import type { ParsedUrlQuery } from 'node:querystring';
import type { HmacSha256 } from '@loyalnest/platform/crypto/hmac-sha256';

/** Whether `signature` is the base64 HMAC-SHA256 of the raw body, by the app's client secret. */
export function isSignedBody(rawBody: Buffer, signature: string | undefined, secret: HmacSha256): boolean {
  return signature !== undefined && secret.matches(signature, rawBody, 'base64');
}

/**
 * Whether an app-proxy query, every value of it, was signed by Shopify: hex HMAC-SHA256 over the parameters but `signature`,
 * each `key=value` with several values joined by a comma, sorted and put together without a separator.
 */
export function isSignedProxyQuery(query: Readonly<ParsedUrlQuery>, secret: HmacSha256): boolean {
  const signature = firstOf(query['signature']);
  if (signature === undefined) return false;
  const parts = [];
  for (const key of Object.keys(query)) if (key !== 'signature') parts.push(`${key}=${String(query[key])}`);
  return secret.matches(signature, parts.sort().join(''), 'hex');
}

/** A query may name a parameter several times. */
export function firstOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
