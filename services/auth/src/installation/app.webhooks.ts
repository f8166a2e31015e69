import { appScopesChanged, appUninstalled } from '@loyalnest/contracts/events';
import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import type { NewEvent } from '@loyalnest/platform/events/outbox';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import { publish } from '@loyalnest/platform/events/publish';
import type { Logger } from '@loyalnest/platform/telemetry/logger';
import { AppLogger } from '@loyalnest/platform/tokens';
import { ShopDirectory, type Shop } from '@loyalnest/shopify/shops/shop-directory';
import type { WebhookDelivery, WebhookHandler } from '@loyalnest/shopify/webhooks/webhook-door';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Revocations } from '../revocation/revocations.ts';
import { deleteToken, lockToken, saveScopes } from './offline-token.repository.ts';
import { isSameScopes } from './scopes.ts';

const scopesSchema = z.object({ current: z.array(z.string().max(100)).max(500) });

/** What Shopify says of the app itself in a shop. */
@Injectable()
export class AppWebhooks implements WebhookHandler {
  readonly topics = ['app/uninstalled', 'app/scopes_update'];

  constructor(
    readonly directory: ShopDirectory,
    private readonly database: Database,
    private readonly revocations: Revocations,
    private readonly signal: OutboxSignal,
    private readonly clock: Clock,
    @Inject(AppLogger) private readonly logger: Logger,
  ) {}

  handle(delivery: WebhookDelivery): Promise<void> {
    return delivery.topic === 'app/uninstalled' ? this.uninstall(delivery) : this.changeScopes(delivery);
  }

  /** Deletes the tokens and ends every sign-in, once, and not when the shop has installed the app again since. */
  private async uninstall({ shop, triggeredAt }: WebhookDelivery): Promise<void> {
    const { merchantId } = shop;
    const now = this.clock.now();
    const changedAt = triggeredAt ?? now;
    const revoked = await this.database.forMerchant(merchantId, async (tx) => {
      const token = await lockToken(tx, merchantId);
      const known = await this.directory.findMerchant(tx, merchantId);
      const isOver = !token && !known?.isInstalled;
      const isLate = token !== undefined && changedAt < token.vouchedAt;
      if (isOver || isLate) return [];
      await deleteToken(tx, merchantId);
      await this.directory.record(tx, { ...shop, isInstalled: false });
      await publish(tx, [appEvent(appUninstalled.name, shop, { changedAt })], now);
      const { revoked } = await this.revocations.end(tx, { merchantId, which: 'all', reason: 'uninstalled', now });
      return revoked;
    });
    await this.revocations.announce(revoked);
    this.signal.committed();
  }

  private async changeScopes({ shop, triggeredAt, body, webhookId }: WebhookDelivery): Promise<void> {
    const parsed = scopesSchema.safeParse(body);
    if (!parsed.success) {
      // Nothing is lost: the next sign-in compares the scopes with Shopify's.
      this.logger.warn({ merchantId: shop.merchantId, webhookId }, 'app/scopes_update not understood');
      return;
    }
    const { merchantId } = shop;
    const { current: scopes } = parsed.data;
    const now = this.clock.now();
    const changedAt = triggeredAt ?? now;
    await this.database.forMerchant(merchantId, async (tx) => {
      const token = await lockToken(tx, merchantId);
      if (!token || changedAt < token.scopesAt || isSameScopes(token.scopes, scopes)) return;
      await saveScopes(tx, { merchantId, scopes, scopesAt: changedAt });
      await publish(tx, [appEvent(appScopesChanged.name, shop, { changedAt, scopes })], now);
    });
    this.signal.committed();
  }
}

/** Events of one merchant keep their order. */
function appEvent(type: string, shop: Shop, facts: { changedAt: Date; scopes?: string[] }): NewEvent {
  const { merchantId, shopDomain } = shop;
  const payload = { merchantId, shopDomain, ...facts, changedAt: facts.changedAt.toISOString() };
  return { merchantId, key: String(merchantId), type, payload };
}
