import { currencyExponent, formatMinor } from '@loyalnest/contracts/money';
import type { Reward } from '../rewards/reward.ts';
import { bucketEnd } from '../rewards/reward.ts';

export type DiscountTerms = { reward: Reward; currency: string; code: string; expiresAt: Date | null; startsAt: Date };

/** The reward as Shopify's input for a discount. Every code works once; `usageLimit` counts per code. */
export function discountInput(terms: DiscountTerms): Record<string, unknown> {
  const { reward, expiresAt } = terms;
  const exponent = currencyExponent(terms.currency);
  const common = {
    title: `LoyalNest: ${reward.name}`,
    code: terms.code,
    startsAt: terms.startsAt.toISOString(),
    ...(expiresAt ? { endsAt: bucketEnd(expiresAt).toISOString() } : {}),
    usageLimit: 1,
    appliesOncePerCustomer: false,
    context: { all: 'ALL' },
    ...(reward.minimumSpendMinor > 0
      ? {
          minimumRequirement: {
            subtotal: { greaterThanOrEqualToSubtotal: formatMinor(reward.minimumSpendMinor, exponent) },
          },
        }
      : {}),
  };
  const { orderDiscounts, productDiscounts, shippingDiscounts } = reward.combinesWith;
  if (reward.kind === 'free_shipping') {
    // A free-shipping discount cannot combine with another one; Shopify refuses the flag.
    return {
      ...common,
      combinesWith: { orderDiscounts, productDiscounts },
      destination: { all: true },
      ...(reward.amountMinor === null ? {} : { maximumShippingPrice: formatMinor(reward.amountMinor, exponent) }),
    };
  }
  if (reward.amountMinor === null) throw new Error('a fixed amount needs an amount');
  const discountAmount = { amount: formatMinor(reward.amountMinor, exponent), appliesOnEachItem: false };
  return {
    ...common,
    combinesWith: { orderDiscounts, productDiscounts, shippingDiscounts },
    customerGets: { value: { discountAmount }, items: { all: true } },
  };
}
