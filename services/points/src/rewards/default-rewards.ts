import { currencyExponent } from '@loyalnest/contracts/money';
import type { Tx } from '@loyalnest/platform/database/database';
import type { Shop } from '@loyalnest/shopify/shops/shop-directory';

/** What a new shop starts with: 500 points for 5 off, 1,000 for free shipping. Every number is the merchant's to change. */
export async function addDefaultRewards(tx: Tx, shop: Shop, now: Date): Promise<void> {
  const unit = 10 ** currencyExponent(shop.currency);
  await tx.query(
    `insert into rewards (merchant_id, kind, name, points, amount_minor, created_at)
     values ($1, 'fixed_amount', $2, 500, $3, $4), ($1, 'free_shipping', 'Free shipping', 1000, null, $4)`,
    [shop.merchantId, `5 ${shop.currency} off`, 5 * unit, now],
  );
}
