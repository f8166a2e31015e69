import type { Resolvers } from '../resolver.ts';
import { customerTypes } from './customer.ts';
import { discountMutations } from './discount-mutations.ts';
import { discountTypes } from './discount.ts';
import { metafieldTypes } from './metafield.ts';
import { orderQueries } from './order-queries.ts';
import { orderTypes } from './order.ts';
import { productTypes } from './product.ts';
import { redeemCodeTypes } from './redeem-code.ts';
import { refundTypes } from './refund.ts';
import { shopTypes } from './shop.ts';
import { storeCreditTypes } from './store-credit.ts';
import { themeTypes } from './theme.ts';
import { subscriptionTypes } from './webhook-subscription.ts';

/** Everything the simulator plays of the Admin API. */
export const RESOLVERS: Resolvers = merge([
  shopTypes,
  orderQueries,
  orderTypes,
  refundTypes,
  customerTypes,
  productTypes,
  discountTypes,
  discountMutations,
  redeemCodeTypes,
  metafieldTypes,
  subscriptionTypes,
  storeCreditTypes,
  themeTypes,
]);

function merge(parts: Resolvers[]): Resolvers {
  const merged: Resolvers = {};
  for (const part of parts) {
    for (const [type, fields] of Object.entries(part)) merged[type] = { ...merged[type], ...fields };
  }
  return merged;
}
