import { merchantInstalled } from '@loyalnest/contracts/events';
import { defaultProgrammeSettings, type ProgrammeSettings } from '@loyalnest/contracts/programme';
import type { Clock } from '@loyalnest/platform/clock';
import type { Database } from '@loyalnest/platform/database/database';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { ShopEvents } from '../src/shops/shop.events.ts';

/** Installs a shop the way the service hears of it. */
export async function installShop(
  database: Database,
  clock: Clock,
  shop: { merchantId: number; currency?: string; settings?: Partial<ProgrammeSettings> },
): Promise<void> {
  const events = new ShopEvents(new ShopDirectory(database), clock);
  const payload = {
    merchantId: shop.merchantId,
    shopDomain: `shop-${shop.merchantId}.myshopify.com`,
    currency: shop.currency ?? 'EUR',
    timezone: 'Europe/Berlin',
    isInstalled: true,
  };
  await database.forMerchant(shop.merchantId, async (tx) => {
    await events.handle(tx, [
      {
        source: 'admin-core',
        id: shop.merchantId,
        merchantId: shop.merchantId,
        key: String(shop.merchantId),
        type: merchantInstalled.name,
        payload,
        occurredAt: clock.now(),
      },
    ]);
    if (!shop.settings) return;
    await tx.query(
      'insert into program_settings (merchant_id, version, settings, changed_by, created_at) values ($1, 2, $2, $3, $4)',
      [shop.merchantId, JSON.stringify({ ...defaultProgrammeSettings, ...shop.settings }), 'test', clock.now()],
    );
    await tx.query('update settings_epoch set epoch = epoch + 1');
  });
}
