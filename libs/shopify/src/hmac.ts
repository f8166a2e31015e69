import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ParsedUrlQuery } from 'node:querystring';

/** Whether `signature` is the base64 HMAC-SHA256 of the raw body. Takes the same time whatever is wrong. */
export function isSignedBody(rawBody: Buffer, signature: string | undefined, secret: string): boolean {
  if (signature === undefined) return false;
  const expected = createHmac('sha256', secret).update(rawBody).digest();
  const given = Buffer.from(signature, 'base64');
  // Buffer.from drops what is no base64; the length and the round trip refuse such spellings of a right signature.
  return given.length === expected.length && timingSafeEqual(given, expected) && given.toString('base64') === signature;
}

/**
 * Whether an app-proxy query, every value of it, was signed by Shopify: hex HMAC-SHA256 over the parameters but `signature`,
 * each `key=value` with several values joined by a comma, sorted and put together without a separator.
 */
export function isSignedProxyQuery(query: Readonly<ParsedUrlQuery>, secret: string): boolean {
  const signature = firstOf(query['signature']);
  if (signature === undefined || !/^[0-9a-f]{64}$/.test(signature)) return false;
  const parts = [];
  for (const key of Object.keys(query)) if (key !== 'signature') parts.push(`${key}=${String(query[key])}`);
  const expected = createHmac('sha256', secret).update(parts.sort().join('')).digest();
  return timingSafeEqual(Buffer.from(signature, 'hex'), expected);
}

/** A query may name a parameter several times. */
export function firstOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
