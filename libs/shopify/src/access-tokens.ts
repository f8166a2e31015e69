/** A shop that somebody acts for. */
export type ShopRef = { merchantId: number; shopDomain: string };

/** Where tokens for Shopify's Admin API come from: auth has them, others ask it. */
export abstract class AccessTokens {
  /** A token that should work now. Throws `AppError`: `unknown-shop`, `shopify-refused`, or a 503 that says to try again. */
  abstract accessToken(shop: ShopRef): Promise<string>;
  /** Another token, after Shopify refused this one. Throws as `accessToken` does. */
  abstract renewedToken(shop: ShopRef, refusedToken: string): Promise<string>;
}

/** A token with less time than this is renewed before it is used: the longest chain of calls that shares one is shorter. */
export const renewAheadMs = 5 * 60_000;
