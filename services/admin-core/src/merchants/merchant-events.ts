import { merchantInstalled, merchantRedacted, merchantUninstalled, merchantUpdated } from '@loyalnest/contracts/events';
import type { NewEvent } from '@loyalnest/platform/events/outbox';
import type { Shop } from '@loyalnest/shopify/shops/shop-directory';
import { toShop } from './merchant.ts';

const typeOf = {
  installed: merchantInstalled.name,
  updated: merchantUpdated.name,
  uninstalled: merchantUninstalled.name,
} as const;

export function merchantEvent(change: keyof typeof typeOf, merchant: Shop): NewEvent {
  return { ...address(merchant), type: typeOf[change], payload: toShop(merchant) };
}

export function merchantRedactedEvent({ merchantId, shopDomain }: Shop): NewEvent {
  return { ...address({ merchantId }), type: merchantRedacted.name, payload: { merchantId, shopDomain } };
}

/** Events of one merchant keep their order. */
function address({ merchantId }: { merchantId: number }): { merchantId: number; key: string } {
  return { merchantId, key: String(merchantId) };
}
