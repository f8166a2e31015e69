import { createHmac } from 'node:crypto';
import { SignJWT } from 'jose';

/** What the tests' app is called and signs with. */
export const client = { clientId: 'test-client', clientSecret: 'a-client-secret-for-tests' };

export type SessionTokenParts = {
  shopDomain?: string;
  secret?: string;
  alg?: string;
  now?: Date;
  /** Claims that differ from those of a right token; `undefined` leaves one out. */
  claims?: Record<string, unknown>;
};

/** A session token as Shopify signs it, unless told otherwise. */
export function aSessionToken(parts: SessionTokenParts = {}): Promise<string> {
  const { shopDomain = 'first.myshopify.com', secret = client.clientSecret, alg = 'HS256', now = new Date() } = parts;
  const seconds = Math.floor(now.getTime() / 1_000);
  const claims = {
    iss: `https://${shopDomain}/admin`,
    dest: `https://${shopDomain}`,
    aud: client.clientId,
    sub: '42',
    exp: seconds + 60,
    nbf: seconds,
    iat: seconds,
    jti: 'f8912129-1af6-4cad-9ca3-76b0f7621087',
    sid: 'aaea182f2732d44c23057c0fea584021a4485b2bd25d3eb7fd349313ad24c685',
    ...parts.claims,
  };
  return new SignJWT(claims).setProtectedHeader({ alg, typ: 'JWT' }).sign(Buffer.from(secret));
}

/** A query as the app proxy signs it, unless told otherwise. */
export function aProxyQuery(
  parts: { shopDomain?: string; now?: Date; secret?: string; extra?: string; customerId?: string } = {},
): string {
  const {
    shopDomain = 'first.myshopify.com',
    now = new Date(),
    secret = client.clientSecret,
    extra,
    customerId = '',
  } = parts;
  const timestamp = Math.floor(now.getTime() / 1_000);
  const query = new URLSearchParams(
    `${extra === undefined ? '' : `${extra}&`}shop=${shopDomain}&logged_in_customer_id=${customerId}&path_prefix=%2Fapps%2Floyalnest&timestamp=${timestamp}`,
  );
  const message = [...new Set(query.keys())]
    .map((key) => `${key}=${query.getAll(key).join(',')}`)
    .sort()
    .join('');
  query.append('signature', createHmac('sha256', secret).update(message).digest('hex'));
  return query.toString();
}
