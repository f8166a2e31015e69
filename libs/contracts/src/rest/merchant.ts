import { z } from 'zod';

const instant = z.iso.datetime();

/** The shop that the caller works for, as admin-core keeps it. */
export const merchantSchema = z
  .object({
    merchantId: z.number().int(),
    shopDomain: z.string(),
    name: z.string(),
    currency: z.string().describe('ISO 4217.'),
    timezone: z.string().describe('IANA, such as `Europe/Berlin`.'),
    plan: z.string().nullable().describe("Shopify's name of the shop's plan."),
    installedAt: instant,
  })
  .meta({ id: 'Merchant' });
export type MerchantResponse = z.infer<typeof merchantSchema>;
