/** Amounts are whole minor units of their currency (cents, yen, fils) and safe integers; never fractions. */

/** ISO 4217 currencies without minor units, and those with three digits; all others have two. */
const DIGITS = new Map<string, number>([
  ...[
    'BIF',
    'CLP',
    'DJF',
    'GNF',
    'ISK',
    'JPY',
    'KMF',
    'KRW',
    'PYG',
    'RWF',
    'UGX',
    'VND',
    'VUV',
    'XAF',
    'XOF',
    'XPF',
  ].map((code) => [code, 0] as const),
  ...['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'].map((code) => [code, 3] as const),
]);

export function currencyDigits(currency: string): number {
  return DIGITS.get(currency) ?? 2;
}

/** `1234` → `"12.34"` in USD, `"1234"` in JPY, `"1.234"` in KWD. The form of Shopify's REST payloads. */
export function decimal(minor: number, currency: string): string {
  const digits = currencyDigits(currency);
  if (digits === 0) return String(minor);
  const text = String(Math.abs(minor)).padStart(digits + 1, '0');
  return `${minor < 0 ? '-' : ''}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** GraphQL's Decimal keeps one digit at least and no trailing zeros: `"12.5"`, `"12.0"`. */
export function graphqlDecimal(minor: number, currency: string): string {
  const text = decimal(minor, currency);
  if (!text.includes('.')) return `${text}.0`;
  return text.replace(/0+$/, '').replace(/\.$/, '.0');
}

/** Exact minor units of a decimal text, or undefined if it is no amount or has more digits than the currency. */
export function parseDecimal(text: string, currency: string): number | undefined {
  const match = /^(-?)(\d{1,13})(?:\.(\d*))?$/.exec(text.trim());
  if (!match) return undefined;
  const digits = currencyDigits(currency);
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > digits) return undefined;
  const minor = Number(`${match[2]}${fraction.padEnd(digits, '0')}`);
  if (!Number.isSafeInteger(minor)) return undefined;
  return match[1] && minor !== 0 ? -minor : minor;
}

/** Splits `total` in proportion to `weights`; the parts add up exactly, the earliest take the remainder. */
export function allocate(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  if (sum <= 0) return weights.map(() => 0);
  const parts = weights.map((weight) => Number((BigInt(total) * BigInt(weight)) / BigInt(sum)));
  let rest = total - parts.reduce((all, part) => all + part, 0);
  for (let i = 0; rest > 0 && i < parts.length; i++) {
    if ((weights[i] ?? 0) === 0) continue;
    parts[i] = (parts[i] ?? 0) + 1;
    rest--;
  }
  return parts;
}
