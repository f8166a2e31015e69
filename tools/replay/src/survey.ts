import { BadFile, readRows } from './order-file.ts';
import type { Row } from './row.ts';

/** What is in a file in which every row is right. */
export type Survey = {
  rows: number;
  /** Different orders: a row that stands there twice is one order. */
  orders: number;
  refunds: number;
  cancellations: number;
  /** Different customers who ordered; guests are none. */
  customers: number;
  /** Of the first row, for a shop that does not exist yet; `undefined` when the file has no rows. */
  currency: string | undefined;
};

/**
 * Reads the whole file before anything is delivered from it. Throws `BadFile` at the first line that is wrong by itself or
 * contradicts an earlier one. Keeps a few words per order, far less than the shop that receives them.
 */
export async function surveyFile(path: string): Promise<Survey> {
  const mentioned = new Map<string, { currency: string; line: number }>();
  const ordered = new Map<string, { facts: string; line: number }>();
  const customers = new Set<string>();
  const survey: Survey = { rows: 0, orders: 0, refunds: 0, cancellations: 0, customers: 0, currency: undefined };

  const check = (row: Row) => {
    const { orderId, currency, line } = row;
    const before = remember(mentioned, orderId, { currency, line });
    if (before && before.currency !== currency) {
      throw new BadFile({ line, problem: `order ${orderId} is in ${before.currency} on line ${before.line}` });
    }
    if (row.kind !== 'order') return;
    const facts = factsOf(row);
    const same = remember(ordered, orderId, { facts, line });
    if (same && same.facts !== facts) {
      throw new BadFile({ line, problem: `order ${orderId} is already on line ${same.line}, with other facts` });
    }
  };

  for await (const rows of readRows(path)) {
    for (const row of rows) {
      check(row);
      survey.rows += 1;
      survey.currency ??= row.currency;
      if (row.kind === 'refund') survey.refunds += 1;
      if (row.kind === 'cancel') survey.cancellations += 1;
      if (row.kind === 'order' && row.customerId !== '') customers.add(row.customerId);
    }
  }
  return { ...survey, orders: ordered.size, customers: customers.size };
}

/** What was remembered under the key before, if anything; otherwise remembers the value. */
function remember<V>(known: Map<string, V>, key: string, value: V): V | undefined {
  const before = known.get(key);
  if (before === undefined) known.set(key, value);
  return before;
}

/** Shopify's times have whole seconds. */
function factsOf({ customerId, at, amountMinor }: Row): string {
  return `${customerId} ${Math.floor(Date.parse(at) / 1_000)} ${amountMinor}`;
}
