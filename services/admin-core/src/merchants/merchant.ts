import type { Shop } from '@loyalnest/shopify/shops/shop-directory';

export type MerchantProfile = { name: string; currency: string; timezone: string; shopifyPlan: string };

export type Merchant = Shop &
  MerchantProfile & {
    installedAt: Date;
    confirmedAt: Date;
    uninstalledAt: Date | null;
    redactedAt: Date | null;
    shopifyUpdatedAt: Date | null;
  };

/** What other services are told of a merchant. */
export function toShop(merchant: Shop): Shop {
  const { merchantId, shopDomain, currency, timezone, isInstalled } = merchant;
  return { merchantId, shopDomain, currency, timezone, isInstalled };
}

/** Whether two profiles differ in what other services keep. */
export function isOtherShop(a: Shop, b: Shop): boolean {
  return a.shopDomain !== b.shopDomain || a.currency !== b.currency || a.timezone !== b.timezone;
}

export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
