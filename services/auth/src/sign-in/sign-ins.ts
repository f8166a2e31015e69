import { randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import { AppError } from '@loyalnest/contracts/errors';
import type { Tokens } from '@loyalnest/contracts/rest/auth';
import { Clock } from '@loyalnest/platform/clock';
import type { Config } from '@loyalnest/platform/config/config';
import { Database, type Tx } from '@loyalnest/platform/database/database';
import { AppConfig } from '@loyalnest/platform/tokens';
import { apiTokenKey, signApiToken } from '@loyalnest/shopify/api-token';
import { staffRoles } from '@loyalnest/shopify/guards/bearer-tokens';
import type { RevokedToken } from '@loyalnest/shopify/revoked-tokens';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { Inject, Injectable } from '@nestjs/common';
import { Revocations } from '../revocation/revocations.ts';
import { formatRefreshToken, hashRefreshToken, merchantOfRefreshToken, refreshSecretBytes } from './refresh-token.ts';
import { insertRefreshToken, insertSignIn, lockRefreshToken, markUsed } from './sign-in.repository.ts';

/** The architecture's figure: what a stolen token is good for at most. */
const accessMs = 15 * 60_000;
/** After a month a person comes through Shopify again, which knows whether they still work there. */
const signInMs = 30 * 24 * 60 * 60_000;

type Person = { merchantId: number; shopDomain: string; userId: number };
type SignIn = Person & { signInId: string; expiresAt: Date };

type RefreshResult =
  | { outcome: 'continued'; tokens: Tokens }
  /** The token had been used: two hold it, and one of them stole it. */
  | { outcome: 'reused'; revoked: RevokedToken[] }
  | { outcome: 'refused' };

/** People of a merchant's staff who are signed in, and their tokens for our API. */
@Injectable()
export class SignIns {
  private readonly key: KeyObject;

  constructor(
    private readonly database: Database,
    private readonly directory: ShopDirectory,
    private readonly revocations: Revocations,
    private readonly clock: Clock,
    @Inject(AppConfig) config: Config,
  ) {
    this.key = apiTokenKey(config.SHOPIFY_CLIENT_SECRET);
  }

  /** Starts a sign-in. */
  start(person: Person): Promise<Tokens> {
    const now = this.clock.now();
    const signIn: SignIn = { ...person, signInId: randomUUID(), expiresAt: new Date(now.getTime() + signInMs) };
    return this.database.forMerchant(person.merchantId, async (tx) => {
      await insertSignIn(tx, { ...signIn, createdAt: now });
      return this.issue(tx, signIn, now);
    });
  }

  /** Continues a sign-in. Throws `unauthenticated`; a token that is used twice ends its sign-in for both who hold it. */
  async refresh(refreshToken: string): Promise<Tokens> {
    const merchantId = merchantOfRefreshToken(refreshToken);
    if (merchantId === undefined) throw new AppError('unauthenticated');
    const result = await this.database.forMerchant(merchantId, (tx) => this.use(tx, merchantId, refreshToken));
    if (result.outcome === 'continued') return result.tokens;
    if (result.outcome === 'reused') await this.revocations.announce(result.revoked);
    throw new AppError('unauthenticated');
  }

  private async use(tx: Tx, merchantId: number, refreshToken: string): Promise<RefreshResult> {
    const now = this.clock.now();
    const tokenSha256 = hashRefreshToken(refreshToken);
    const found = await lockRefreshToken(tx, { merchantId, tokenSha256 });
    if (!found || found.isEnded || found.expiresAt <= now) return { outcome: 'refused' };
    if (found.isUsed) {
      const which = { signInId: found.signInId };
      const { revoked } = await this.revocations.end(tx, { merchantId, which, reason: 'reused', now });
      return { outcome: 'reused', revoked };
    }
    const shop = await this.directory.findMerchant(tx, merchantId);
    if (!shop) return { outcome: 'refused' };
    await markUsed(tx, { merchantId, tokenSha256, now });
    const { shopDomain } = shop;
    return { outcome: 'continued', tokens: await this.issue(tx, { ...found, merchantId, shopDomain }, now) };
  }

  private async issue(tx: Tx, signIn: SignIn, now: Date): Promise<Tokens> {
    const { merchantId, shopDomain, userId, signInId } = signIn;
    const expiresAt = new Date(Math.min(now.getTime() + accessMs, signIn.expiresAt.getTime()));
    const refreshToken = formatRefreshToken(merchantId, randomBytes(refreshSecretBytes));
    const tokenId = randomUUID();
    await insertRefreshToken(tx, {
      merchantId,
      signInId,
      tokenSha256: hashRefreshToken(refreshToken),
      accessTokenId: tokenId,
      accessExpiresAt: expiresAt,
      issuedAt: now,
    });
    const token = { tokenId, merchantId, shopDomain, userId, roles: staffRoles, expiresAt };
    return {
      token: await signApiToken(token, { key: this.key, now }),
      expiresAt: expiresAt.toISOString(),
      refreshToken,
      refreshExpiresAt: signIn.expiresAt.toISOString(),
    };
  }
}
