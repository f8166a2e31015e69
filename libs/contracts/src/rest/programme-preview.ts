import { z } from 'zod';
import { programmeSettingsSchema } from '../programme.ts';
import { pageSchema } from './page.ts';
import { settingsSchema } from './points.ts';

const points = z.number().int();

/** What rules would have brought over past orders. */
const outcomeSchema = z.object({
  points: points.describe('Points the orders earn.'),
  valueMinor: z
    .number()
    .int()
    .nullable()
    .describe("Those points in minor units of the shop's currency, if a reward tells."),
  customers: z.number().int().describe('Customers who earn.'),
});

export const settingsPreviewRequestSchema = z
  .strictObject({ settings: programmeSettingsSchema })
  .meta({ id: 'SettingsPreviewRequest' });
export const settingsPreviewSchema = z
  .object({
    days: z.number().int(),
    orders: z.number().int().describe('Orders of these days that were looked at.'),
    isSampled: z
      .boolean()
      .describe('True when the shop has so many orders that a random part was looked at and scaled up.'),
    revenueMinor: z
      .number()
      .int()
      .describe(
        "What the orders of these days came to after refunds, in minor units of the shop's currency; scaled up.",
      ),
    current: outcomeSchema,
    proposed: outcomeSchema,
  })
  .meta({ id: 'SettingsPreview' });
export type SettingsPreview = z.infer<typeof settingsPreviewSchema>;

export const settingsHistoryPageSchema = pageSchema(settingsSchema).meta({ id: 'SettingsHistoryPage' });
export type SettingsHistoryPage = z.infer<typeof settingsHistoryPageSchema>;
