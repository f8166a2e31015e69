/** A row as the file has it. Written anew here: what checks the replay must not share its reading of files. */
type FileRow = { kind: string; order: string; customer: string; currency: string; amount: string };

export type Expected = {
  orders: number;
  refunds: number;
  cancellations: number;
  customers: number;
  outstanding: number;
};

const decimals: Record<string, number> = { JPY: 0, KRW: 0, KWD: 3, BHD: 3 };

/** Σ floor(amount − refunds) over the orders of somebody, 0 for a cancelled one, and never less than 0. */
export function expectedOf(csv: string): Expected {
  const rows = csv.trim().split('\n').slice(1).map(toRow);
  const left = new Map<string, bigint>();
  for (const { kind, order, currency, amount } of rows) {
    if (kind === 'order') left.set(order, minor(amount, currency));
  }
  for (const { kind, order, currency, amount } of rows) {
    if (kind === 'refund') left.set(order, (left.get(order) ?? 0n) - minor(amount, currency));
  }
  for (const { kind, order } of rows) if (kind === 'cancel') left.set(order, 0n);
  const placed = new Map(rows.filter(({ kind }) => kind === 'order').map((row) => [row.order, row]));
  let outstanding = 0n;
  for (const { order, customer, currency } of placed.values()) {
    const rest = left.get(order) ?? 0n;
    if (customer !== '' && rest > 0n) outstanding += rest / 10n ** BigInt(decimals[currency] ?? 2);
  }
  return {
    orders: placed.size,
    refunds: rows.filter(({ kind }) => kind === 'refund').length,
    cancellations: rows.filter(({ kind }) => kind === 'cancel').length,
    customers: new Set([...placed.values()].map(({ customer }) => customer).filter((customer) => customer !== '')).size,
    outstanding: Number(outstanding),
  };
}

function toRow(line: string): FileRow {
  const [kind = '', order = '', customer = '', , currency = '', amount = ''] = line.trim().split(',');
  return { kind, order, customer, currency, amount };
}

function minor(amount: string, currency: string): bigint {
  const [whole = '0', fraction = ''] = amount.split('.');
  const digits = decimals[currency] ?? 2;
  return BigInt(`${whole}${fraction.slice(0, digits).padEnd(digits, '0')}` || '0');
}
