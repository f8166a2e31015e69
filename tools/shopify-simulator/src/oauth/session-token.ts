import { jwtVerify, SignJWT } from 'jose';
import { getShop, type ShopState } from '../state/shop-state.ts';
import type { World } from '../world.ts';

/** Shopify's session tokens live one minute. */
const LIFETIME_S = 60;

export type SessionClaims = { shop: string; userId: number; jti: string };

type TokenOptions = {
  /** The owner if nobody is named. */
  userId?: number | undefined;
  /** Made so long ago. */
  ageS?: number;
};

/** The token App Bridge gives to the embedded app of a signed-in merchant. */
export function createSessionToken(world: World, state: ShopState, options: TokenOptions = {}): Promise<string> {
  const { userId = ownerId(state), ageS = 0 } = options;
  const now = Math.floor(world.clock.now() / 1000) - ageS;
  return new SignJWT({
    iss: `https://${state.domain}/admin`,
    dest: `https://${state.domain}`,
    aud: world.clientId,
    sub: String(userId),
    exp: now + LIFETIME_S,
    nbf: now,
    iat: now,
    jti: world.random.uuid(),
    sid: world.random.uuid(),
    sig: world.random.hex(64),
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(new TextEncoder().encode(world.clientSecret));
}

/** The claims of a token that is ours, current and for this shop. */
export async function readSessionToken(world: World, shop: string, token: string): Promise<SessionClaims | undefined> {
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(world.clientSecret), {
      algorithms: ['HS256'],
      audience: world.clientId,
      issuer: `https://${shop}/admin`,
      currentDate: new Date(world.clock.now()),
      requiredClaims: ['exp', 'nbf', 'sub', 'jti', 'dest'],
    });
    if (payload['dest'] !== `https://${shop}` || !payload.jti) return undefined;
    return { shop, userId: Number(payload.sub), jti: payload.jti };
  } catch {
    return undefined;
  }
}

/** The shop's owner, the first of its staff. */
export function ownerId(state: ShopState): number {
  return getShop(state).id + 2;
}
