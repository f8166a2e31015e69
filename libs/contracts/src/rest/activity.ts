import { z } from 'zod';
import { pageQuerySchema, pageSchema } from './page.ts';
import { historyEntrySchema, redemptionSchema, redemptionStatusSchema, transferKindSchema } from './points.ts';

const instant = z.iso.datetime();
const shopifyId = z.number().int().positive();

export const activityQuerySchema = pageQuerySchema.extend({ kind: transferKindSchema.optional() });

/** A transfer of any customer. */
export const activityEntrySchema = historyEntrySchema.extend({ customerId: shopifyId }).meta({ id: 'ActivityEntry' });
export const activityPageSchema = pageSchema(activityEntrySchema).meta({ id: 'ActivityPage' });
export type ActivityEntry = z.infer<typeof activityEntrySchema>;
export type ActivityPage = z.infer<typeof activityPageSchema>;

export const shopRedemptionsQuerySchema = pageQuerySchema.extend({ status: redemptionStatusSchema.optional() });
export const shopRedemptionSchema = redemptionSchema
  .extend({ rewardName: z.string(), orderName: z.string().nullable() })
  .meta({ id: 'ShopRedemption' });
export const shopRedemptionPageSchema = pageSchema(shopRedemptionSchema).meta({ id: 'ShopRedemptionPage' });
export type ShopRedemptionPage = z.infer<typeof shopRedemptionPageSchema>;

/** A delivery of Shopify's that could not be processed and waits for a person. */
export const webhookFailureSchema = z
  .object({
    failureId: z.string().describe('Opaque; stable while the delivery is kept.'),
    topic: z.string(),
    webhookId: z.string(),
    reason: z.string().describe('A stable word, such as `unknown-currency`.'),
    detail: z.string(),
    attempts: z.number().int(),
    triggeredAt: instant.nullable(),
    failedAt: instant,
  })
  .meta({ id: 'WebhookFailure' });
export type WebhookFailureResponse = z.infer<typeof webhookFailureSchema>;
export const webhookFailurePageSchema = pageSchema(webhookFailureSchema).meta({ id: 'WebhookFailurePage' });
export type WebhookFailurePage = z.infer<typeof webhookFailurePageSchema>;
export const webhookFailureIdSchema = z.object({ failureId: z.string().min(1).max(400) });

export const webhookFailureDetailSchema = webhookFailureSchema
  .extend({ payload: z.string().describe('The body as it came, as text.') })
  .meta({ id: 'WebhookFailureDetail' });
export type WebhookFailureDetail = z.infer<typeof webhookFailureDetailSchema>;

export const webhookRetrySchema = z
  .object({
    retried: z.number().int(),
    processed: z.number().int(),
    failedAgain: z.number().int(),
  })
  .meta({ id: 'WebhookRetry' });
export type WebhookRetry = z.infer<typeof webhookRetrySchema>;
