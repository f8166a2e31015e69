import { z } from 'zod';

const points = z.number().int();
const count = z.number().int();

export const overviewPeriodSchema = z.enum(['30', '90', '365']);
export const overviewQuerySchema = z.object({ days: overviewPeriodSchema.default('30') });

/** One day of the shop's own calendar. What an order brought counts on the day it was placed, all else when it happened. */
export const overviewDaySchema = z.object({
  day: z.iso.date(),
  issued: points.describe(
    'Points that orders placed on this day earned, and other points earned on it, less those taken back.',
  ),
  redeemed: points.describe('Points that paid for rewards, less those that came back.'),
  orders: count.describe('Orders placed on this day that earned.'),
  members: count.describe('Customers whose first points are of this day: those of their first order, or others.'),
});

export const overviewSchema = z
  .object({
    currency: z.string(),
    isProgrammeOn: z.boolean(),
    members: count.describe('Customers who ever had points and are still with the shop.'),
    issued: points.describe('Points ever earned, less those taken back.'),
    redeemed: points.describe('Points that ever paid for rewards, less those that came back.'),
    outstanding: points,
    outstandingValueMinor: z
      .number()
      .int()
      .nullable()
      .describe('Outstanding points at the value of a point; `null` while no reward says what a point is worth.'),
    pointValue: z
      .string()
      .nullable()
      .describe("Decimal, in minor units of the shop's currency: the best rate among open fixed-amount rewards."),
    ordersIngested: count.describe('Orders known to the ledger.'),
    webhookLag: z
      .object({ p50Seconds: z.number(), p95Seconds: z.number(), deliveries: count })
      .nullable()
      .describe('From what happened at Shopify to its commit here, over the last day; `null` without deliveries.'),
    failedWebhooks: count.describe('Order webhooks that wait for a person.'),
    widgetSeenAt: z.iso.datetime().nullable().describe('When the storefront last loaded the widget.'),
    days: z.array(overviewDaySchema).max(366).describe('Oldest first, without gaps, up to today.'),
  })
  .meta({ id: 'Overview' });
export type Overview = z.infer<typeof overviewSchema>;
export type OverviewDay = z.infer<typeof overviewDaySchema>;

export const themeBlockSchema = z
  .object({
    state: z
      .enum(['on', 'off', 'unknown'])
      .describe('Whether the published theme shows the widget; `unknown` if Shopify does not say in time, or may not.'),
    editorPath: z
      .string()
      .describe(
        "Path within Shopify's admin: the theme editor, with the widget's block switched on and not yet saved.",
      ),
  })
  .meta({ id: 'ThemeBlock' });
export type ThemeBlock = z.infer<typeof themeBlockSchema>;
