import { AppError } from '@loyalnest/contracts/errors';
import { Clock } from '@loyalnest/platform/clock';
import { Database, type Tx } from '@loyalnest/platform/database/database';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import { publish } from '@loyalnest/platform/events/publish';
import { Injectable } from '@nestjs/common';
import { recordAudit } from '../audit/audit-log.ts';
import { merchantEvent, merchantRedactedEvent } from './merchant-events.ts';
import { isOtherShop, type Merchant, type MerchantProfile } from './merchant.ts';
import {
  findMerchant,
  findMerchantId,
  insertMerchant,
  listMerchants,
  lockMerchant,
  nextMerchantId,
  updateMerchant,
} from './merchant.repository.ts';

export type Installation = MerchantProfile & { shopDomain: string };

/** The shops that installed LoyalNest. */
@Injectable()
export class MerchantService {
  constructor(
    private readonly database: Database,
    private readonly signal: OutboxSignal,
    private readonly clock: Clock,
  ) {}

  /** Makes sure that the shop is a merchant and installed now. Says it to others only when that is news. */
  async install(installation: Installation): Promise<{ merchantId: number; isNew: boolean }> {
    const known = await this.database.forNoMerchant((tx) => findMerchantId(tx, installation.shopDomain));
    if (known !== undefined) return this.reinstall(known, installation);
    const merchantId = await this.database.forNoMerchant(nextMerchantId);
    const isNew = await this.change(merchantId, (tx) => this.insert(tx, merchantId, installation));
    if (isNew) return { merchantId, isNew };
    // Somebody else was faster.
    return this.install(installation);
  }

  /** Throws `not-found`, also for a merchant whose data was erased. */
  async getMerchant(merchantId: number): Promise<Merchant> {
    const merchant = await this.database.forMerchant(merchantId, (tx) => findMerchant(tx, merchantId));
    if (!merchant || merchant.redactedAt) throw new AppError('not-found');
    return merchant;
  }

  list(page: { afterMerchantId: number; limit: number }): Promise<Merchant[]> {
    return this.database.forNoMerchant((tx) => listMerchants(tx, page));
  }

  /** Takes over what Shopify says of the shop, unless newer is known or its data was erased. */
  async update(merchantId: number, news: MerchantProfile & { shopifyUpdatedAt: Date }): Promise<void> {
    await this.change(merchantId, async (tx) => {
      const before = await lockKnownMerchant(tx, merchantId);
      if (before.redactedAt || (before.shopifyUpdatedAt && before.shopifyUpdatedAt > news.shopifyUpdatedAt)) return;
      const after = { ...before, ...news };
      await updateMerchant(tx, after);
      if (isOtherShop(before, after)) await publish(tx, [merchantEvent('updated', after)], this.clock.now());
    });
  }

  /** Works in the transaction of the event that tells it. A shop that installed the app again since is there. */
  async uninstall(tx: Tx, merchantId: number, uninstalledAt: Date): Promise<void> {
    const before = await lockKnownMerchant(tx, merchantId);
    if (!before.isInstalled || uninstalledAt < before.confirmedAt) return;
    const after = { ...before, isInstalled: false, uninstalledAt };
    await updateMerchant(tx, after);
    await this.tell(tx, 'uninstalled', after, this.clock.now());
  }

  /**
   * Erases the merchant itself, in the transaction that erases what it owns. The row stays, with the domain and without a
   * name, so that the shop's late webhooks find that there is nothing left, and so that it comes back as who it was.
   */
  async redact(tx: Tx, before: Merchant, now: Date): Promise<void> {
    const uninstalledAt = before.isInstalled ? now : before.uninstalledAt;
    const after = { ...before, name: '', shopifyPlan: '', isInstalled: false, uninstalledAt, redactedAt: now };
    await updateMerchant(tx, after);
    if (before.isInstalled) await this.tell(tx, 'uninstalled', after, now);
    await publish(tx, [merchantRedactedEvent(after)], now);
  }

  private async insert(tx: Tx, merchantId: number, installation: Installation): Promise<boolean> {
    const now = this.clock.now();
    const isNew = await insertMerchant(tx, { ...installation, merchantId, installedAt: now });
    if (isNew) await this.tell(tx, 'installed', { ...installation, merchantId, isInstalled: true }, now);
    return isNew;
  }

  private async reinstall(
    merchantId: number,
    { shopDomain: _, ...profile }: Installation,
  ): Promise<{ merchantId: number; isNew: boolean }> {
    await this.change(merchantId, async (tx) => {
      const before = await lockKnownMerchant(tx, merchantId);
      const now = this.clock.now();
      const there = { ...before, ...profile, isInstalled: true, confirmedAt: now };
      const after = before.isInstalled ? there : { ...there, installedAt: now, redactedAt: null };
      await updateMerchant(tx, after);
      if (!before.isInstalled) await this.tell(tx, 'installed', after, now);
      else if (isOtherShop(before, after)) await publish(tx, [merchantEvent('updated', after)], now);
    });
    return { merchantId, isNew: false };
  }

  private async tell(
    tx: Tx,
    change: 'installed' | 'uninstalled',
    merchant: Parameters<typeof merchantEvent>[1],
    now: Date,
  ): Promise<void> {
    const { merchantId } = merchant;
    await publish(tx, [merchantEvent(change, merchant)], now);
    await recordAudit(
      tx,
      [{ merchantId, actor: 'shopify', action: `merchant.${change}`, subject: `merchant/${merchantId}` }],
      now,
    );
  }

  private async change<R>(merchantId: number, work: (tx: Tx) => Promise<R>): Promise<R> {
    const result = await this.database.forMerchant(merchantId, work);
    this.signal.committed();
    return result;
  }
}

async function lockKnownMerchant(tx: Tx, merchantId: number): Promise<Merchant> {
  const merchant = await lockMerchant(tx, merchantId);
  if (!merchant) throw new Error(`merchant ${merchantId} has no row`);
  return merchant;
}
