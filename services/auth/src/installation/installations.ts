import { AppError } from '@loyalnest/contracts/errors';
import { AdminService } from '@loyalnest/contracts/proto/loyalnest/admin/v1/admin_pb';
import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import { fromRpcError } from '@loyalnest/platform/rpc/rpc-error';
import { RpcClients } from '@loyalnest/platform/rpc/rpc';
import type { Logger } from '@loyalnest/platform/telemetry/logger';
import { AppLogger } from '@loyalnest/platform/tokens';
import { AdminClient, type AdminResult } from '@loyalnest/shopify/admin/admin-client';
import { Throttle } from '@loyalnest/shopify/admin/throttle';
import type { SessionToken } from '@loyalnest/shopify/session-token';
import { ShopHttp } from '@loyalnest/shopify/shop-http';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { KnownToken } from './known-token.ts';
import { saveVouched, type StoredToken } from './offline-token.repository.ts';
import { OfflineTokens } from './offline-tokens.ts';
import { isSameScopes } from './scopes.ts';
import { installedShop } from './shop.graphql.ts';
import { ShopifyOAuth } from './shopify-oauth.ts';
import { TokenLeases } from './token-leases.ts';
import { vouchedAt } from './vouched-at.ts';

/** A session token that was verified, and its text, which is exchanged. */
export type Session = SessionToken & { text: string };

export type Installation = { merchantId: number; isNew: boolean };

type InstalledShop = z.infer<typeof installedShop.data>;

/** How long a sign-in waits to hear from Shopify that the token in store still works; without an answer it goes on. */
const checkMs = 2_000;

/** Shops that have the app: a merchant, and a token for its shop. */
@Injectable()
export class Installations {
  constructor(
    private readonly database: Database,
    private readonly directory: ShopDirectory,
    private readonly tokens: OfflineTokens,
    private readonly leases: TokenLeases,
    private readonly oauth: ShopifyOAuth,
    private readonly http: ShopHttp,
    private readonly throttle: Throttle,
    private readonly rpc: RpcClients,
    private readonly clock: Clock,
    @Inject(AppLogger) private readonly logger: Logger,
  ) {}

  /** Makes sure that the shop of a session is installed here. Two at once install once. */
  async ensure(session: Session): Promise<Installation> {
    const known = await this.findWorking(session);
    if (known) return known;
    return this.leases.hold(session.shopDomain, async () => (await this.findWorking(session)) ?? this.install(session));
  }

  /** The installation as it is stored, if its token works, has time left, and grants what the shop grants. */
  private async findWorking(session: Session): Promise<Installation | undefined> {
    const shop = await this.directory.findShop(session.shopDomain);
    const stored = shop && (await this.tokens.find(shop.merchantId));
    if (!stored) return undefined;
    const current = await this.tokens.open(stored);
    if (this.tokens.isDue(current)) return undefined;
    const answer = await this.look({ ...stored, accessToken: current.accessToken }, checkMs);
    if (!isConfirmed(answer, stored)) return undefined;
    const { merchantId } = stored;
    const vouched = { merchantId, vouchedAt: vouchedAt(session, this.clock.now()) };
    await this.database.forMerchant(merchantId, (tx) => saveVouched(tx, vouched));
    return { merchantId, isNew: false };
  }

  private async install(session: Session): Promise<Installation> {
    const { shopDomain } = session;
    const exchanged = await this.oauth.exchange({ shopDomain, sessionToken: session.text });
    if (exchanged.outcome !== 'ok') throw this.failed(exchanged, shopDomain);
    const { token } = exchanged;
    const { shop } = expectShop(await this.look({ merchantId: 0, shopDomain, accessToken: token.accessToken }));
    const merchant = {
      shopDomain,
      name: shop.name,
      currency: shop.currencyCode,
      timezone: shop.ianaTimezone,
      shopifyPlan: shop.plan.publicDisplayName,
    };
    const { merchantId, isNew } = await this.installMerchant(merchant);
    const sealed = await this.tokens.seal(token, {
      merchantId,
      shopDomain,
      vouchedAt: vouchedAt(session, this.clock.now()),
    });
    await this.database.forMerchant(merchantId, async (tx) => {
      await this.tokens.save(tx, sealed);
      // admin-core's event says the same in a moment; the answer to this sign-in may be used before it.
      await this.directory.record(tx, { ...merchant, merchantId, isInstalled: true });
    });
    return { merchantId, isNew };
  }

  private look(
    shop: { merchantId: number; shopDomain: string; accessToken: string },
    deadlineMs?: number,
  ): Promise<AdminResult<InstalledShop>> {
    const tokens = new KnownToken(shop.accessToken);
    const admin = new AdminClient({ tokens, http: this.http, throttle: this.throttle });
    return admin.execute(installedShop, { shop, ...(deadlineMs === undefined ? {} : { deadlineMs }) });
  }

  private async installMerchant(merchant: {
    shopDomain: string;
    name: string;
    currency: string;
    timezone: string;
    shopifyPlan: string;
  }): Promise<Installation> {
    try {
      const { merchantId, isNew } = await this.rpc.client(AdminService).installMerchant(merchant);
      return { merchantId: Number(merchantId), isNew };
    } catch (error) {
      throw fromRpcError(error);
    }
  }

  private failed(
    { outcome, reason }: { outcome: 'refused' | 'unavailable'; reason: string },
    shopDomain: string,
  ): AppError {
    // Our clock allowed it a few seconds more than Shopify's; the caller's next token will do.
    if (reason === 'invalid_subject_token') return new AppError('unauthenticated');
    this.logger.warn({ shopDomain, outcome, reason }, 'token exchange failed');
    return outcome === 'refused'
      ? new AppError('shopify-refused')
      : new AppError('shopify-unavailable', undefined, { retryAfterSeconds: 5 });
  }
}

/** Without Shopify's word against it, the token in store counts. */
function isConfirmed(answer: AdminResult<InstalledShop>, stored: StoredToken): boolean {
  if (answer.outcome !== 'ok') return answer.outcome !== 'unauthorized';
  const granted = answer.data.currentAppInstallation.accessScopes.map(({ handle }) => handle);
  return isSameScopes(granted, stored.scopes);
}

function expectShop(answer: AdminResult<InstalledShop>): InstalledShop {
  if (answer.outcome === 'ok') return answer.data;
  const isRefused = answer.outcome === 'unauthorized' || answer.outcome === 'user-errors';
  throw isRefused
    ? new AppError('shopify-refused')
    : new AppError('shopify-unavailable', undefined, { retryAfterSeconds: 5 });
}
