import { createHmac, timingSafeEqual } from 'node:crypto';

/** Whether `signature` is the base64 HMAC-SHA256 of the raw body. Takes the same time whatever is wrong. */
export function isSignedBody(rawBody: Buffer, signature: string | undefined, secret: string): boolean {
  if (signature === undefined) return false;
  const expected = createHmac('sha256', secret).update(rawBody).digest();
  const given = Buffer.from(signature, 'base64');
  // Buffer.from drops what is no base64; the length and the round trip refuse such spellings of a right signature.
  return given.length === expected.length && timingSafeEqual(given, expected) && given.toString('base64') === signature;
}

/**
 * Whether an app-proxy query was signed by Shopify: hex HMAC-SHA256 over the parameters but `signature`, each
 * `key=value` with several values joined by a comma, sorted and put together without a separator.
 */
export function isSignedProxyQuery(query: URLSearchParams, secret: string): boolean {
  const signature = query.get('signature');
  if (signature === null) return false;
  const message = [...new Set(query.keys())]
    .filter((key) => key !== 'signature')
    .map((key) => `${key}=${query.getAll(key).join(',')}`)
    .sort()
    .join('');
  const expected = createHmac('sha256', secret).update(message).digest();
  const given = Buffer.from(signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected) && given.toString('hex') === signature;
}
