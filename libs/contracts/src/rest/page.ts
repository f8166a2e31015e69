import { z } from 'zod';

/** Rows per page when the caller does not say, and at most. */
export const pageLimitDefault = 25;
export const pageLimitMax = 250;

/** Query parameters of every list: an opaque cursor from the page before, and how many rows. */
export const pageQuerySchema = z.object({
  cursor: z.string().max(200).optional().describe('`nextCursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(pageLimitMax).default(pageLimitDefault),
});

export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().describe('Hand it in as `cursor` for the next page; `null` on the last one.'),
  });
}
