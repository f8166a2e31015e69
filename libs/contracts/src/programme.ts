import { z } from 'zod';

/** A rate or multiplier: an exact decimal as a string, never a float. Up to 9 digits before and 6 after the point. */
export const decimalString = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,6})?$/, 'must be a decimal number such as "1" or "0.25"');

const pointsCount = z.number().int().min(0).max(1_000_000_000);

/** How a purchase earns. */
export const purchaseRuleSchema = z.object({
  isOn: z.boolean(),
  /** `rate`: points per unit of currency; `fixed`: points per order. */
  kind: z.enum(['rate', 'fixed']),
  rate: decimalString,
  fixedPoints: pointsCount,
  rounding: z.enum(['down', 'nearest', 'up']),
  /** The order status that earns. */
  earnsWhen: z.enum(['created', 'paid', 'fulfilled']),
  /** Days after the order during which its points stay pending; 0 makes them available at once. */
  approvalDays: z.number().int().min(0).max(365),
  counts: z.object({
    tax: z.boolean(),
    shipping: z.boolean(),
    /** Whether an amount a discount took off still earns. */
    discountedPart: z.boolean(),
  }),
  /** Whether an order placed as a guest earns once Shopify connects it to a customer. */
  guestsMayClaim: z.boolean(),
  /** Shopify product ids that never earn. */
  excludedProductIds: z.array(z.number().int().positive()).max(1_000),
});

export const signupRuleSchema = z.object({ isOn: z.boolean(), points: pointsCount });

/** One version of a merchant's programme. */
export const programmeSettingsSchema = z.object({
  isOn: z.boolean(),
  /** What a point is called, per language tag, with the plural forms of `Intl.PluralRules`. */
  pointsName: z.record(
    z.string().min(2).max(10),
    z.object({ one: z.string().min(1).max(40), other: z.string().min(1).max(40) }),
  ),
  purchase: purchaseRuleSchema,
  signup: signupRuleSchema,
  expiry: z.object({ afterMonths: z.number().int().min(1).max(120).nullable() }),
  /** What a clawback does when too few points are available. */
  clawbackPolicy: z.enum(['negative', 'floor']),
});

export type PurchaseRule = z.infer<typeof purchaseRuleSchema>;
export type ProgrammeSettings = z.infer<typeof programmeSettingsSchema>;

/** What a new shop starts with: 1 point per currency unit of paid orders, 200 for an account. */
export const defaultProgrammeSettings: ProgrammeSettings = {
  isOn: true,
  pointsName: { en: { one: 'point', other: 'points' } },
  purchase: {
    isOn: true,
    kind: 'rate',
    rate: '1',
    fixedPoints: 0,
    rounding: 'down',
    earnsWhen: 'paid',
    approvalDays: 0,
    counts: { tax: false, shipping: false, discountedPart: false },
    guestsMayClaim: true,
    excludedProductIds: [],
  },
  signup: { isOn: true, points: 200 },
  expiry: { afterMonths: null },
  clawbackPolicy: 'negative',
};
