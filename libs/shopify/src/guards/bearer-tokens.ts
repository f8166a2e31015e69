import type { KeyObject } from 'node:crypto';
import { AppError } from '@loyalnest/contracts/errors';
import type { Role } from '@loyalnest/contracts/rest/auth';
import { Clock } from '@loyalnest/platform/clock';
import type { Config } from '@loyalnest/platform/config/config';
import { AppConfig } from '@loyalnest/platform/tokens';
import { Inject, Injectable } from '@nestjs/common';
import { apiTokenKey, isApiToken, verifyApiToken } from '../api-token.ts';
import { RevokedTokens } from '../revoked-tokens.ts';
import { verifySessionToken } from '../session-token.ts';

export type Bearer = { shopDomain: string; userId: number; roles: readonly Role[]; merchantId: number | undefined };

/**
 * Until a merchant can give roles to staff, whoever Shopify lets open the app may do everything in it: who that is, the
 * owner decides in Shopify's admin.
 */
export const staffRoles: readonly Role[] = ['admin:full'];

/** Reads the `Authorization` header of merchants' requests: a session token of Shopify or an API token of ours. */
@Injectable()
export class BearerTokens {
  private readonly key: KeyObject;

  constructor(
    @Inject(AppConfig) private readonly config: Config,
    private readonly clock: Clock,
    private readonly revoked: RevokedTokens,
  ) {
    this.key = apiTokenKey(config.SHOPIFY_CLIENT_SECRET);
  }

  /** Throws `unauthenticated`. */
  async verify(authorization: string | undefined): Promise<Bearer> {
    const token = bearerToken(authorization);
    const now = this.clock.now();
    if (!isApiToken(token)) {
      const { shopDomain, userId } = await verifySessionToken(token, {
        clientId: this.config.SHOPIFY_CLIENT_ID,
        clientSecret: this.config.SHOPIFY_CLIENT_SECRET,
        now,
      });
      return { shopDomain, userId, roles: staffRoles, merchantId: undefined };
    }
    const own = await verifyApiToken(token, { key: this.key, now });
    if (await this.revoked.has(own.tokenId)) throw new AppError('unauthenticated');
    return own;
  }
}

/** Throws `unauthenticated` if the header is missing or of another kind. */
export function bearerToken(authorization: string | undefined): string {
  const token = /^Bearer ([\w.~+/=-]+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) throw new AppError('unauthenticated');
  return token;
}
