import { createSecretKey } from 'node:crypto';
import { AppError } from '@loyalnest/contracts/errors';
import { jwtVerify } from 'jose';
import { z } from 'zod';
import { isShopDomain } from './shops/shop-domain.ts';

/** What App Bridge's session token says: a member of staff has the app open in the admin of this shop. */
export type SessionToken = {
  shopDomain: string;
  /** Shopify's id of the person. */
  userId: number;
  /** Shopify's clock, in whole seconds. */
  issuedAt: Date;
};

/** Clocks differ; a token that lives one minute allows no more than this. */
const leewaySeconds = 5;

const claimsSchema = z.object({
  iss: z.string(),
  dest: z.string(),
  sub: z.string().regex(/^\d{1,15}$/),
  iat: z.number().int(),
});

/**
 * Verifies a session token of Shopify: signature, `exp`, `nbf`, `aud`, and that `iss` and `dest` name one shop. Throws
 * `unauthenticated`, and does not say to the caller what was wrong.
 */
export async function verifySessionToken(
  token: string,
  expected: { clientId: string; clientSecret: string; now: Date },
): Promise<SessionToken> {
  try {
    const { payload } = await jwtVerify(token, createSecretKey(expected.clientSecret, 'utf8'), {
      algorithms: ['HS256'],
      audience: expected.clientId,
      clockTolerance: leewaySeconds,
      currentDate: expected.now,
      requiredClaims: ['exp', 'nbf', 'iat', 'sub', 'dest'],
    });
    const claims = claimsSchema.parse(payload);
    return {
      shopDomain: shopOf(claims),
      userId: Number(claims.sub),
      issuedAt: new Date(claims.iat * 1_000),
    };
  } catch (error) {
    throw new AppError('unauthenticated', undefined, { cause: error });
  }
}

function shopOf({ iss, dest }: { iss: string; dest: string }): string {
  const shopDomain = /^https:\/\/([^/]+)$/.exec(dest)?.[1] ?? '';
  if (!isShopDomain(shopDomain)) throw new Error('dest is no shop');
  if (iss !== `https://${shopDomain}/admin`) throw new Error('iss and dest name different shops');
  return shopDomain;
}
