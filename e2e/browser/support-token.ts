import { createHmac, hkdfSync, randomUUID } from 'node:crypto';
import type { Shop } from '../shop.ts';

/**
 * A genuine token of LoyalNest's for a member of staff who helps customers and manages no points. Nobody can be given less
 * than everything yet, so auth issues none like it; the server takes it all the same, and answers as it will then.
 */
export async function supportToken(shop: Shop): Promise<string> {
  const { body } = await shop.asMerchant<{ merchantId: number }>('GET', '/v1/api/merchant');
  const now = Math.floor(Date.now() / 1_000);
  const claims = {
    mid: body.merchantId,
    shop: shop.domain,
    roles: ['admin:support'],
    iss: 'loyalnest',
    aud: 'loyalnest-api',
    sub: '7',
    jti: randomUUID(),
    iat: now,
    exp: now + 600,
  };
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  const key = Buffer.from(hkdfSync('sha256', shop.running.clientSecret, '', 'loyalnest api token v1', 32));
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}
