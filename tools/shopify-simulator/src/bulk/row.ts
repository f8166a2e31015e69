import { z } from 'zod';
import { parseDecimal } from '../commerce/money.ts';

/** One request holds at most so many rows. */
export const ROWS_MAX = 5_000;

const id = z.union([z.string().min(1), z.number().int()]).transform(String);
const numberText = z.union([z.string(), z.number()]).transform(String);

/** A row as files have it; amounts are read as text, so that nothing is rounded. */
export const rowBody = z.strictObject({
  kind: z.enum(['order', 'refund', 'cancel']),
  order_id: id,
  /** Empty: a guest. */
  customer_id: z
    .union([z.string(), z.number().int()])
    .nullish()
    .transform((value) => String(value ?? '')),
  at: z.string(),
  currency: z.string(),
  amount: numberText.nullish().transform((value) => value ?? ''),
  quantity: numberText.nullish().transform((value) => value ?? ''),
  /** Refunds have no id in a file: the second of two equal rows says 2, and is another refund. */
  occurrence: z.number().int().min(1).default(1),
});

export type RowBody = z.infer<typeof rowBody>;
export type Row = {
  kind: RowBody['kind'];
  orderId: string;
  customerId: string;
  at: number;
  currency: string;
  amountMinor: number;
  quantity: number;
  occurrence: number;
};

/** The row with its amount in minor units, or what is wrong with it. */
export function readRow(body: RowBody): Row | { wrong: string } {
  const at = Date.parse(body.at);
  if (Number.isNaN(at)) return { wrong: `at: ${body.at} is no time` };
  if (!/^[A-Z]{3}$/.test(body.currency)) return { wrong: `currency: ${body.currency} is no currency` };
  const amountMinor = body.kind === 'cancel' && body.amount === '' ? 0 : parseDecimal(body.amount, body.currency);
  if (amountMinor === undefined || amountMinor < 0) {
    return { wrong: `amount: ${body.amount} is no amount in ${body.currency}` };
  }
  const quantity = body.quantity === '' ? 1 : Number(body.quantity);
  if (!Number.isInteger(quantity) || quantity < 0) return { wrong: `quantity: ${body.quantity} is no quantity` };
  return {
    kind: body.kind,
    orderId: body.order_id,
    customerId: body.customer_id,
    at,
    currency: body.currency,
    amountMinor,
    quantity,
    occurrence: body.occurrence,
  };
}
