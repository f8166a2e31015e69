import { createHash } from 'node:crypto';
import { AppError } from '@loyalnest/contracts/errors';
import { Clock } from '@loyalnest/platform/clock';
import { Encryption } from '@loyalnest/platform/crypto/encryption';
import { Database, type Tx } from '@loyalnest/platform/database/database';
import { renewAheadMs } from '@loyalnest/shopify/access-tokens';
import { Injectable } from '@nestjs/common';
import { findToken, replaceToken, saveToken, type StoredToken } from './offline-token.repository.ts';
import { ShopifyOAuth, type OfflineToken } from './shopify-oauth.ts';
import { TokenLeases } from './token-leases.ts';

/** A token for the Admin API, in the clear. */
export type AccessToken = { accessToken: string; expiresAt: Date };

/** The app's tokens of each shop: encrypted in the database, renewed in time. */
@Injectable()
export class OfflineTokens {
  constructor(
    private readonly database: Database,
    private readonly encryption: Encryption,
    private readonly oauth: ShopifyOAuth,
    private readonly leases: TokenLeases,
    private readonly clock: Clock,
  ) {}

  /** A token with time left. Throws `unknown-shop`, `shopify-refused` or `shopify-unavailable`. */
  async get(request: { merchantId: number; refusedSha256?: Uint8Array | undefined }): Promise<AccessToken> {
    const { merchantId, refusedSha256 } = request;
    const stored = await this.getStored(merchantId);
    const current = await this.open(stored);
    if (!this.isDue(current, refusedSha256)) return current;
    return this.leases.hold(stored.shopDomain, () => this.renew(merchantId, refusedSha256));
  }

  find(merchantId: number): Promise<StoredToken | undefined> {
    return this.database.forMerchant(merchantId, (tx) => findToken(tx, merchantId));
  }

  /** Decrypts what is stored. */
  async open({ merchantId, accessToken, accessExpiresAt }: StoredToken): Promise<AccessToken> {
    const opened = await this.encryption.decrypt(accessToken, tokenContext(merchantId, 'access-token'));
    return { accessToken: opened, expiresAt: accessExpiresAt };
  }

  /** Whether a token ends soon, or was refused although it should not have been. */
  isDue({ accessToken, expiresAt }: AccessToken, refusedSha256?: Uint8Array): boolean {
    if (refusedSha256 && sha256(accessToken).equals(refusedSha256)) return true;
    return expiresAt.getTime() - this.clock.now().getTime() < renewAheadMs;
  }

  /** Encrypts a token that Shopify gave for a session token; `vouchedAt` is when it issued that. */
  async seal(
    token: OfflineToken,
    shop: { merchantId: number; shopDomain: string; vouchedAt: Date },
  ): Promise<StoredToken> {
    return {
      ...shop,
      ...(await this.sealTokens(shop.merchantId, token)),
      scopes: token.scopes,
      scopesAt: shop.vouchedAt,
    };
  }

  save(tx: Tx, token: StoredToken): Promise<void> {
    return saveToken(tx, token);
  }

  private async renew(merchantId: number, refusedSha256: Uint8Array | undefined): Promise<AccessToken> {
    // Somebody may have renewed it while this one waited.
    const stored = await this.getStored(merchantId);
    const current = await this.open(stored);
    if (!this.isDue(current, refusedSha256)) return current;

    const refreshToken = await this.encryption.decrypt(stored.refreshToken, tokenContext(merchantId, 'refresh-token'));
    const answer = await this.oauth.refresh({ shopDomain: stored.shopDomain, refreshToken });
    if (answer.outcome !== 'ok') {
      if (this.isGood(current, refusedSha256)) return current;
      throw new AppError(answer.outcome === 'refused' ? 'shopify-refused' : 'shopify-unavailable');
    }
    const sealed = await this.sealTokens(merchantId, answer.token);
    const isInstalled = await this.database.forMerchant(merchantId, (tx) =>
      replaceToken(tx, { merchantId, ...sealed }),
    );
    if (!isInstalled) throw new AppError('unknown-shop');
    return { accessToken: answer.token.accessToken, expiresAt: answer.token.accessExpiresAt };
  }

  /** Due, but it still works: better than nothing while Shopify does not renew it. */
  private isGood({ accessToken, expiresAt }: AccessToken, refusedSha256: Uint8Array | undefined): boolean {
    if (refusedSha256 && sha256(accessToken).equals(refusedSha256)) return false;
    return expiresAt > this.clock.now();
  }

  private async getStored(merchantId: number): Promise<StoredToken> {
    const stored = await this.find(merchantId);
    if (!stored) throw new AppError('unknown-shop');
    return stored;
  }

  private async sealTokens(merchantId: number, token: OfflineToken) {
    return {
      accessToken: await this.encryption.encrypt(token.accessToken, tokenContext(merchantId, 'access-token')),
      accessExpiresAt: token.accessExpiresAt,
      refreshToken: await this.encryption.encrypt(token.refreshToken, tokenContext(merchantId, 'refresh-token')),
      refreshExpiresAt: token.refreshExpiresAt,
      obtainedAt: this.clock.now(),
    };
  }
}

/** The one place that a ciphertext belongs to. */
export function tokenContext(merchantId: number, what: 'access-token' | 'refresh-token'): string {
  return `auth/${merchantId}/${what}`;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
