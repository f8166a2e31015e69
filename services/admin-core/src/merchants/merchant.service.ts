import { Clock } from '@loyalnest/platform/clock';
import { Database, type Tx } from '@loyalnest/platform/database/database';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import { publish } from '@loyalnest/platform/events/publish';
import { Injectable } from '@nestjs/common';
import { recordAudit } from '../audit/audit-log.ts';
import { merchantEvent } from './merchant-events.ts';
import { isOtherShop, type Merchant, type MerchantProfile } from './merchant.ts';
import {
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

  list(page: { afterMerchantId: number; limit: number }): Promise<Merchant[]> {
    return this.database.forNoMerchant((tx) => listMerchants(tx, page));
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
      const before = await lockMerchant(tx, merchantId);
      if (!before) throw new Error(`merchant ${merchantId} has no row`);
      const now = this.clock.now();
      const after = before.isInstalled
        ? { ...before, ...profile }
        : { ...before, ...profile, isInstalled: true, installedAt: now, redactedAt: null };
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
