import { z } from 'zod';
import { programmeSettingsSchema } from '../programme.ts';
import { pageQuerySchema, pageSchema } from './page.ts';

const shopifyId = z.number().int().positive();
const points = z.number().int();
const instant = z.iso.datetime();

/** A merchant names the customer; a shopper is always the customer that Shopify signed in. */
const ofCustomer = z.object({ customerId: z.coerce.number().int().positive().optional() });

export const balanceQuerySchema = ofCustomer;

export const balanceSchema = z
  .object({
    customerId: shopifyId,
    pending: points.describe('Points that wait for the approval window.'),
    available: points.describe('Points that can be spent. Below zero after a refund of points already spent.'),
    held: points.describe('Points set aside for rewards not yet used.'),
    nextExpiry: z
      .object({ points, at: instant })
      .nullable()
      .describe('What the soonest-expiring lot still holds, and when it goes; `null` when nothing expires.'),
    asOf: instant.optional().describe('Only while the database is away: when this balance was read.'),
  })
  .meta({ id: 'Balance' });

/** A shop's points, over all its customers and all time. `issued − revoked − redeemed − expired + adjusted + migrated = outstanding`. */
export const totalsSchema = z
  .object({
    issued: points.describe('Points that actions have earned.'),
    revoked: points.describe('Points that cancellations and refunds have taken back.'),
    redeemed: points.describe('Points that paid for rewards, less those that came back.'),
    expired: points,
    adjusted: points.describe('Points given by hand, less those taken by hand.'),
    migrated: points.describe('Points that came from elsewhere, less those that left.'),
    pending: points,
    available: points,
    held: points,
    outstanding: points.describe('What customers have: pending, available and held.'),
    customers: z.number().int().describe('Customers who ever had points.'),
  })
  .meta({ id: 'Totals' });

export const transferKindSchema = z.enum([
  'earn',
  'approve',
  'void',
  'clawback',
  'hold',
  'capture',
  'release',
  'restore',
  'expire',
  'adjust',
  'migrate',
]);

export const historyQuerySchema = pageQuerySchema.extend(ofCustomer.shape);

export const historyEntrySchema = z
  .object({
    transferId: z.number().int(),
    at: instant,
    kind: transferKindSchema,
    from: z.string(),
    to: z.string(),
    points,
    shortfall: points.describe('Points a clawback could not find under the policy that stops at zero.'),
    orderId: shopifyId.nullable(),
    orderName: z.string().nullable(),
    redemptionId: z.number().int().nullable(),
    ruleVersion: z.number().int().nullable(),
    reversesTransferId: z.number().int().nullable(),
    reason: z.string().nullable(),
    actor: z.string().describe('`customer`, `staff:<user>` or a part of the product.'),
    earnedBy: z
      .object({ kind: z.enum(['rate', 'fixed']), rate: z.string(), currency: z.string() })
      .nullable()
      .describe('The frozen rule of an order: points per unit of currency, or per order.'),
    undoneBy: z.number().int().nullable().describe('The transfer that reversed it, if one did; for `adjust` only.'),
  })
  .meta({ id: 'HistoryEntry' });
export const historyPageSchema = pageSchema(historyEntrySchema).meta({ id: 'HistoryPage' });

export const rewardKindSchema = z.enum(['fixed_amount', 'free_shipping']);

const rewardFields = z.object({
  kind: rewardKindSchema,
  name: z.string().trim().min(1).max(100),
  points: z.number().int().min(1).max(1_000_000_000),
  amountMinor: z
    .number()
    .int()
    .min(1)
    .max(100_000_000_000)
    .nullable()
    .describe(
      "Minor units of the shop's currency: what a fixed amount takes off, or the dearest shipping rate that is made free.",
    ),
  minimumSpendMinor: z.number().int().min(0).max(100_000_000_000).default(0),
  validDays: z
    .number()
    .int()
    .min(1)
    .max(3_650)
    .nullable()
    .describe('Days until an unused code gives its points back; `null`: it never does.'),
  perCustomerMax: z.number().int().min(1).max(100_000).nullable(),
  totalMax: z.number().int().min(1).max(10_000_000).nullable(),
  codePrefix: z
    .string()
    .regex(/^[A-Z0-9]{1,12}$/, 'must be 1 to 12 capital letters or digits')
    .default('LOYAL'),
  combinesWith: z
    .object({ orderDiscounts: z.boolean(), productDiscounts: z.boolean(), shippingDiscounts: z.boolean() })
    .default({ orderDiscounts: false, productDiscounts: false, shippingDiscounts: false }),
  isOpen: z.boolean().default(true),
});

export const rewardInputSchema = rewardFields
  .refine((reward) => reward.kind !== 'fixed_amount' || reward.amountMinor !== null, {
    path: ['amountMinor'],
    message: 'a fixed amount needs an amount',
  })
  .meta({ id: 'RewardInput' });

export const rewardSchema = rewardFields
  .extend({
    rewardId: z.number().int(),
    revision: z.number().int(),
    isAffordable: z.boolean().optional().describe('Of the caller: whether the points suffice now. Only for shoppers.'),
  })
  .meta({ id: 'Reward' });
export const rewardListSchema = z
  .object({ currency: z.string(), items: z.array(rewardSchema) })
  .meta({ id: 'RewardList' });
export const rewardIdSchema = z.object({ rewardId: z.coerce.number().int().positive() });

export const redeemRequestSchema = z
  .object({
    rewardId: z.number().int().positive(),
    customerId: shopifyId.optional().describe('For whom; merchants only.'),
  })
  .meta({ id: 'RedeemRequest' });

export const redemptionStatusSchema = z.enum(['held', 'active', 'captured', 'releasing', 'released', 'failed']);

export const redemptionSchema = z
  .object({
    redemptionId: z.number().int(),
    rewardId: z.number().int(),
    customerId: shopifyId,
    points,
    status: redemptionStatusSchema.describe('`held`: the code is being made; look again. `active`: the code works.'),
    code: z.string().nullable().describe('The discount code, once it works at checkout.'),
    orderId: shopifyId.nullable(),
    restoredPoints: points.describe('Points that came back because the order was refunded.'),
    createdAt: instant,
    expiresAt: instant.nullable(),
  })
  .meta({ id: 'Redemption' });
export const redemptionPageSchema = pageSchema(redemptionSchema).meta({ id: 'RedemptionPage' });
export const redemptionIdSchema = z.object({ redemptionId: z.coerce.number().int().positive() });

export const settingsSchema = z
  .object({
    version: z.number().int(),
    settings: programmeSettingsSchema,
    changedBy: z.string(),
    changedAt: instant,
  })
  .meta({ id: 'Settings' });
/**
 * Saving names the version it started from; if that is no longer the newest, the answer is 409 `settings-conflict`, unless the
 * newest is what the same caller's same save brought before.
 */
export const settingsInputSchema = z
  .object({
    version: z.number().int().positive(),
    settings: programmeSettingsSchema,
  })
  .meta({ id: 'SettingsInput' });

export type BalanceResponse = z.infer<typeof balanceSchema>;
export type TotalsResponse = z.infer<typeof totalsSchema>;
export type TransferKind = z.infer<typeof transferKindSchema>;
export type HistoryEntry = z.infer<typeof historyEntrySchema>;
export type HistoryPage = z.infer<typeof historyPageSchema>;
export type RewardInput = z.infer<typeof rewardInputSchema>;
export type RewardResponse = z.infer<typeof rewardSchema>;
export type RedeemRequest = z.infer<typeof redeemRequestSchema>;
export type RewardList = z.infer<typeof rewardListSchema>;
export type RedemptionPage = z.infer<typeof redemptionPageSchema>;
export type RedemptionResponse = z.infer<typeof redemptionSchema>;
export type SettingsResponse = z.infer<typeof settingsSchema>;
