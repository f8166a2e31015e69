import { z } from 'zod';

/** A word of ours, never of a person: cannot hold an address, a number or a name with a space. */
const word = z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/, 'must be a lower-case word such as "rfm_scatter"');

function uiEvent<Name extends string, Shape extends z.ZodRawShape>(name: Name, properties: Shape) {
  return z.strictObject({
    id: z.uuid().describe('Made by the page; sending an event again under its id records nothing.'),
    name: z.literal(name),
    occurredAt: z.iso
      .datetime({ offset: true })
      .optional()
      .describe('Within the last 7 days; what is not is recorded as having happened now.'),
    properties: z.strictObject(properties).optional(),
  });
}

/** What pages of the merchant report. */
const merchantEventSchemas = [
  uiEvent('rfm_preview_viewed', {}),
  uiEvent('composite_segment_viewed', { segment: word.optional() }),
  uiEvent('visualization_viewed', { chart: word.optional() }),
  uiEvent('rate_limit_viewed', {}),
  uiEvent('setup_progress_viewed', {}),
] as const;

/** What the storefront reports. */
const shopperEventSchemas = [
  uiEvent('referral_clicked', { channel: word.optional() }),
  uiEvent('rfm_nudge_clicked', { nudge: word.optional() }),
  uiEvent('leaderboard_viewed', {}),
] as const;

/** A page that has been offline sends what it has in several requests. */
const eventsMax = 50;

export const reportEventsSchema = z
  .object({
    events: z
      .array(z.discriminatedUnion('name', [...merchantEventSchemas, ...shopperEventSchemas]))
      .min(1)
      .max(eventsMax),
  })
  .meta({ id: 'ReportEvents' });
export type ReportedEvent = z.infer<typeof reportEventsSchema>['events'][number];

export const reportEventsResponseSchema = z
  .object({
    recorded: z.number().int().describe('How many of the events were new.'),
  })
  .meta({ id: 'ReportEventsResponse' });
export type ReportEventsResponse = z.infer<typeof reportEventsResponseSchema>;

const names = (schemas: readonly { shape: { name: { value: string } } }[]) =>
  new Set(schemas.map((schema) => schema.shape.name.value));

/** Who may report an event of which name. */
export const reportableEvents: Readonly<Record<'merchant' | 'shopper', ReadonlySet<string>>> = {
  merchant: names(merchantEventSchemas),
  shopper: names(shopperEventSchemas),
};
