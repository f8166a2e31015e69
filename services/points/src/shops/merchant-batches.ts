import type { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';

/** Merchants that one transaction of a job states: enough to make small shops cheap, few enough to end soon. */
const merchantsMax = 500;

/** All merchants, installed or not: points are approved, expire and are proved although a shop left. */
export async function merchantBatches(directory: ShopDirectory): Promise<number[][]> {
  const shops = await directory.listShops();
  const batches: number[][] = [];
  for (let start = 0; start < shops.length; start += merchantsMax) {
    batches.push(shops.slice(start, start + merchantsMax).map(({ merchantId }) => merchantId));
  }
  return batches;
}
