import { z } from 'zod';

/** A rate or multiplier: an exact decimal as a string, never a float. Up to 9 digits before and 6 after the point. */
export const decimalString = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,6})?$/, 'must be a decimal number such as "1" or "0.25"');

const pointsCount = z.number().int().min(0).max(1_000_000_000);

/** How a purchase earns. */
export const purchaseRuleSchema = z.object({
  isOn: z.boolean(),
  kind: z.enum(['rate', 'fixed']).describe('`rate`: points per unit of currency; `fixed`: points per order.'),
  rate: decimalString,
  fixedPoints: pointsCount,
  rounding: z.enum(['down', 'nearest', 'up']),
  earnsWhen: z.enum(['created', 'paid', 'fulfilled']).describe('The order status that earns.'),
  approvalDays: z
    .number()
    .int()
    .min(0)
    .max(365)
    .describe('Days after the order during which its points stay pending; 0 makes them available at once.'),
  counts: z.object({
    tax: z.boolean(),
    shipping: z.boolean(),
    discountedPart: z.boolean().describe('Whether an amount a discount took off still earns.'),
  }),
  guestsMayClaim: z
    .boolean()
    .describe('Whether an order placed as a guest earns once Shopify connects it to a customer.'),
  excludedProductIds: z.array(z.number().int().positive()).max(1_000).describe('Shopify product ids that never earn.'),
  excludedTags: z
    .array(
      z
        .string()
        .trim()
        .regex(/^[^"\\]{1,255}$/, 'must be a tag without quotation marks or backslashes'),
    )
    .max(50)
    .optional()
    .describe('Products with one of these tags never earn. Capitals do not matter, as at Shopify.'),
  excludedCollectionIds: z
    .array(z.number().int().positive())
    .max(50)
    .optional()
    .describe('Products in one of these Shopify collections never earn.'),
});

export const signupRuleSchema = z.object({ isOn: z.boolean(), points: pointsCount });

const word = z.string().min(1).max(40);
/** `one` and `other` are there in any case; the forms that only some languages have, such as Arabic's `few`, where they were given. */
const pluralFormsSchema = z.object({
  zero: word.optional(),
  one: word,
  two: word.optional(),
  few: word.optional(),
  many: word.optional(),
  other: word,
});

/** One version of a merchant's programme. */
export const programmeSettingsSchema = z
  .object({
    isOn: z.boolean(),
    /** What a point is called, per language tag, with the plural forms of `Intl.PluralRules`. */
    pointsName: z.record(z.string().min(2).max(10), pluralFormsSchema),
    purchase: purchaseRuleSchema,
    signup: signupRuleSchema,
    expiry: z.object({ afterMonths: z.number().int().min(1).max(120).nullable() }),
    clawbackPolicy: z.enum(['negative', 'floor']).describe('What a clawback does when too few points are available.'),
  })
  .meta({ id: 'ProgrammeSettings' });

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
