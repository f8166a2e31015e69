import { currencyExponent, isCurrency, parseMinor } from '@loyalnest/contracts/money';

export const columns = ['kind', 'order_id', 'customer_id', 'at', 'currency', 'amount', 'quantity'] as const;
type Column = (typeof columns)[number];

export const kinds = ['order', 'refund', 'cancel'] as const;
export type Kind = (typeof kinds)[number];

/** A row of an order file, as text but for the amount: everything in it was found to be right. */
export type Row = {
  line: number;
  kind: Kind;
  orderId: string;
  /** Empty: a guest. */
  customerId: string;
  /** RFC 3339. */
  at: string;
  currency: string;
  /** Of the order, or of this one refund, as the file spells it; empty for a cancellation that names none. */
  amount: string;
  amountMinor: number;
  quantity: number;
};

/** What is wrong with a line of the file. */
export type Fault = { line: number; problem: string };

/** Shopify's ids have 13 digits, those of other systems rarely more than a UUID's 36. */
const idLengthMax = 64;
const quantityMax = 1_000_000;
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i;

/** Where each column is; columns may come in any order. */
export type Header = Readonly<Record<Column, number>>;

/** Reads the first line, or says what is wrong with it. */
export function readHeader(fields: readonly string[]): Header | { problem: string } {
  const names = fields.map((field) => field.trim().toLowerCase());
  const missing = columns.filter((column) => !names.includes(column));
  if (missing.length > 0) return { problem: `the header lacks ${missing.join(', ')}; it must be ${columns.join(',')}` };
  const surplus = names.find((name, index) => !columns.includes(name as Column) || names.indexOf(name) !== index);
  if (surplus !== undefined) return { problem: `the header has "${surplus}"; it must be ${columns.join(',')}` };
  return Object.fromEntries(columns.map((column) => [column, names.indexOf(column)])) as Header;
}

/** Reads one line under the header, or says what is wrong with it. */
export function readRow(fields: readonly string[], line: number, header: Header): Row | Fault {
  const wrong = (problem: string): Fault => ({ line, problem });
  if (fields.length !== columns.length) return wrong(`${fields.length} fields instead of ${columns.length}`);
  const text = (column: Column) => fields[header[column]]?.trim() ?? '';

  const kind = kinds.find((known) => known === text('kind'));
  if (!kind) return wrong(`kind ${quote(text('kind'))} is not one of ${kinds.join(', ')}`);
  const orderId = text('order_id');
  if (orderId === '' || orderId.length > idLengthMax) return wrong(`order_id ${quote(orderId)} is no id`);
  const customerId = text('customer_id');
  if (customerId.length > idLengthMax) return wrong(`customer_id ${quote(customerId)} is no id`);
  const at = text('at');
  if (!isInstant(at)) return wrong(`at ${quote(at)} is no time such as 1997-01-31T00:00:00Z`);
  const currency = text('currency');
  if (!isCurrency(currency)) return wrong(`currency ${quote(currency)} is not known`);
  const amount = text('amount');
  const isLeftOut = kind === 'cancel' && amount === '';
  const amountMinor = isLeftOut ? 0 : parseMinor(amount, currencyExponent(currency));
  if (amountMinor === undefined || amountMinor < 0) return wrong(`amount ${quote(amount)} is no amount of ${currency}`);
  const quantityText = text('quantity');
  const quantity = quantityText === '' ? 1 : Number(quantityText);
  if (!/^\d*$/.test(quantityText) || quantity > quantityMax)
    return wrong(`quantity ${quote(quantityText)} is no number of pieces`);

  return { line, kind, orderId, customerId, at, currency, amount, amountMinor, quantity };
}

/** Also refuses the 30th of February, which `Date` would take for a day in March. */
function isInstant(text: string): boolean {
  if (!rfc3339.test(text)) return false;
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCDate() === day && date.getUTCMonth() === month - 1 && !Number.isNaN(Date.parse(text));
}

const quotedMax = 40;

/** What stood there, short enough for a message, and without control characters. */
function quote(text: string): string {
  const shown = text.length > quotedMax ? `${text.slice(0, quotedMax)}…` : text;
  return JSON.stringify(shown);
}
