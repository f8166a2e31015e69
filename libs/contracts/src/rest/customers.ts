import { z } from 'zod';
import { pageQuerySchema, pageSchema } from './page.ts';

const shopifyId = z.number().int().positive();
const points = z.number().int();
const instant = z.iso.datetime();

/** Ids in a query: `ids=1,2,3`. As many as a page has rows. */
const idsMax = 250;
export const customerIdsSchema = z
  .string()
  .regex(/^\d{1,16}(,\d{1,16})*$/, 'must be ids, joined by commas')
  .transform((text) => text.split(',').map(Number))
  .pipe(z.array(shopifyId).max(idsMax));

/** Who a customer is. Only admin-core knows; the ledger knows ids. */
export const customerIdentitySchema = z
  .object({
    customerId: shopifyId,
    name: z.string().nullable(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    joinedAt: instant.nullable().describe('When the customer came to the shop; `null` once that has been erased.'),
    isRedacted: z.boolean().describe('True when what was known of the person has been erased.'),
  })
  .meta({ id: 'CustomerIdentity' });
export type CustomerIdentity = z.infer<typeof customerIdentitySchema>;

export const customerIdentitiesQuerySchema = z.object({ ids: customerIdsSchema });
export const customerIdentitiesSchema = z
  .object({ items: z.array(customerIdentitySchema).describe('Those who exist, in no order.') })
  .meta({ id: 'CustomerIdentities' });

/** Whole addresses and numbers, or the beginnings of names and addresses; all words have to match. */
export const customerSearchQuerySchema = pageQuerySchema.extend({ q: z.string().trim().min(1).max(100) });
export const customerSearchPageSchema = pageSchema(customerIdentitySchema).meta({ id: 'CustomerSearchPage' });
export type CustomerSearchPage = z.infer<typeof customerSearchPageSchema>;

export const customerSortSchema = z.enum(['available', 'earned', 'orders', 'lastActivity']);
export type CustomerSort = z.infer<typeof customerSortSchema>;
export const customerFilterSchema = z
  .enum(['all', 'withPoints', 'pending', 'held', 'negative', 'expiring'])
  .describe('`expiring`: some points expire within 30 days.');
export type CustomerFilter = z.infer<typeof customerFilterSchema>;

export const memberListQuerySchema = pageQuerySchema.extend({
  sort: customerSortSchema.default('lastActivity'),
  order: z.enum(['asc', 'desc']).default('desc'),
  filter: customerFilterSchema.default('all'),
  ids: customerIdsSchema.optional().describe('Only these customers; sorting and pages apply to them too.'),
});
export type MemberListQuery = z.infer<typeof memberListQuerySchema>;

/** A customer as the ledger knows them. */
export const memberSchema = z
  .object({
    customerId: shopifyId,
    pending: points,
    available: points,
    held: points,
    earned: points.describe('Points ever earned, less those taken back.'),
    orders: z.number().int().describe('Orders that earned, now or once.'),
    lastActivityAt: instant.nullable().describe('When points last moved.'),
    isClosed: z.boolean().describe('True for a customer who was deleted or merged into another.'),
    mergedInto: shopifyId.nullable(),
  })
  .meta({ id: 'Member' });
export type Member = z.infer<typeof memberSchema>;
export const memberPageSchema = pageSchema(memberSchema).meta({ id: 'MemberPage' });
export type MemberPage = z.infer<typeof memberPageSchema>;
export const memberIdSchema = z.object({ customerId: z.coerce.number().int().positive() });

/** A lot: what one credit put into `available`. */
export const lotSchema = z
  .object({
    lotId: z.number().int(),
    points: points.describe('What it brought.'),
    remaining: points,
    earnedAt: instant,
    expiresAt: instant.nullable(),
  })
  .meta({ id: 'Lot' });

export const memberDetailSchema = memberSchema
  .extend({
    lots: z.array(lotSchema).max(500).describe('Lots with points left, those that expire soonest first.'),
    valueMinor: z
      .number()
      .int()
      .nullable()
      .describe("What available points are worth, in minor units of the shop's currency."),
  })
  .meta({ id: 'MemberDetail' });
export type MemberDetail = z.infer<typeof memberDetailSchema>;

export const memberOrderSchema = z
  .object({
    orderId: shopifyId,
    name: z.string().nullable(),
    placedAt: instant.nullable(),
    currency: z.string().nullable(),
    totalMinor: z.number().int().nullable(),
    status: z.enum(['open', 'paid', 'refunded', 'partially_refunded', 'cancelled', 'test']),
    duePoints: points,
    pendingPoints: points,
    availablePoints: points,
    approveAt: instant.nullable(),
    ruleVersion: z.number().int().nullable(),
  })
  .meta({ id: 'MemberOrder' });
export const memberOrderPageSchema = pageSchema(memberOrderSchema).meta({ id: 'MemberOrderPage' });
export type MemberOrderPage = z.infer<typeof memberOrderPageSchema>;

/** Points given or taken by hand. Taking more than is available is refused (`insufficient-points`). */
export const adjustRequestSchema = z
  .strictObject({
    customerId: shopifyId,
    points: z
      .number()
      .int()
      .min(-10_000_000)
      .max(10_000_000)
      .refine((value) => value !== 0, 'must not be 0'),
    reason: z.string().trim().min(3).max(500),
  })
  .meta({ id: 'AdjustRequest' });
export type AdjustRequest = z.infer<typeof adjustRequestSchema>;

export const adjustmentSchema = z
  .object({
    transferId: z.number().int(),
    customerId: shopifyId,
    points: points.describe('Above zero: given. Below: taken.'),
    available: points.describe('What the customer has afterwards.'),
    reason: z.string(),
    reversesTransferId: z.number().int().nullable(),
  })
  .meta({ id: 'Adjustment' });
export type Adjustment = z.infer<typeof adjustmentSchema>;
export const transferIdSchema = z.object({ transferId: z.coerce.number().int().positive() });
