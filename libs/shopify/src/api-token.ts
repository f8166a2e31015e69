import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { AppError } from '@loyalnest/contracts/errors';
import { roleSchema, type Role } from '@loyalnest/contracts/rest/auth';
import { decodeJwt, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';

/** What our own bearer token says. auth issues it, every service verifies it. */
export type ApiToken = {
  /** `jti`, by which it is revoked. */
  tokenId: string;
  merchantId: number;
  shopDomain: string;
  userId: number;
  roles: readonly Role[];
  expiresAt: Date;
};

const issuer = 'loyalnest';
const audience = 'loyalnest-api';
/** Issued and verified on machines of one operator, whose clocks agree better than Shopify's with ours. */
const leewaySeconds = 2;

const claimsSchema = z.object({
  jti: z.uuid(),
  sub: z.string().regex(/^\d{1,15}$/),
  mid: z.number().int().positive(),
  shop: z.string(),
  roles: z.array(roleSchema),
  exp: z.number().int(),
});

/**
 * The key follows from the app's client secret, which every service has for webhooks and session tokens anyway: nothing to
 * hand out or to store. Whoever knows that secret can forge session tokens as it is, so a key of its own would protect
 * nothing more; derived, it can never be taken for Shopify's key or the other way round. Rotating the secret ends all
 * API tokens, which live minutes.
 */
export function apiTokenKey(clientSecret: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', clientSecret, '', 'loyalnest api token v1', 32)));
}

export function signApiToken(token: ApiToken, signing: { key: KeyObject; now: Date }): Promise<string> {
  return new SignJWT({ mid: token.merchantId, shop: token.shopDomain, roles: [...token.roles] })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(String(token.userId))
    .setJti(token.tokenId)
    .setIssuedAt(signing.now)
    .setExpirationTime(token.expiresAt)
    .sign(signing.key);
}

/** Throws `unauthenticated`. Does not know what has been revoked: see `RevokedTokens`. */
export async function verifyApiToken(token: string, expected: { key: KeyObject; now: Date }): Promise<ApiToken> {
  try {
    const { payload } = await jwtVerify(token, expected.key, {
      algorithms: ['HS256'],
      issuer,
      audience,
      clockTolerance: leewaySeconds,
      currentDate: expected.now,
    });
    const claims = claimsSchema.parse(payload);
    return {
      tokenId: claims.jti,
      merchantId: claims.mid,
      shopDomain: claims.shop,
      userId: Number(claims.sub),
      roles: claims.roles,
      expiresAt: new Date(claims.exp * 1_000),
    };
  } catch (error) {
    throw new AppError('unauthenticated', undefined, { cause: error });
  }
}

/** Whether a bearer token claims to be ours rather than Shopify's. Says nothing about whether it is genuine. */
export function isApiToken(token: string): boolean {
  try {
    return decodeJwt(token).iss === issuer;
  } catch {
    return false;
  }
}
