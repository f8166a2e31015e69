/**
 * Money is a whole number of minor units (cents, yen, fils) as a safe integer, beside an ISO-4217 code.
 * Exponents are those of ISO 4217; a code that is not listed here has two decimals.
 */
const exponents: Readonly<Record<string, number>> = {
  ...fromCodes('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF', 0),
  ...fromCodes('BHD IQD JOD KWD LYD OMR TND', 3),
  ...fromCodes('CLF UYW', 4),
};

const known: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

export function isCurrency(code: string): boolean {
  return known.has(code);
}

/** Decimals of a currency: 2 for EUR, 0 for JPY, 3 for KWD. */
export function currencyExponent(code: string): number {
  return exponents[code] ?? 2;
}

const decimalPattern = /^(-?)(\d{1,15})(?:\.(\d{1,15}))?$/;

/**
 * Parses a decimal string ("12.34") to minor units. Zeros past the currency's decimals are accepted ("100.00" JPY);
 * any other digit there is not an amount of that currency and gives `undefined`, as does anything that is no number.
 */
export function parseMinor(amount: string, exponent: number): number | undefined {
  const match = decimalPattern.exec(amount);
  if (!match) return undefined;
  const [, sign, whole, fraction = ''] = match;
  const kept = fraction.slice(0, exponent).padEnd(exponent, '0');
  if (/[1-9]/.test(fraction.slice(exponent))) return undefined;
  const minor = Number(`${whole}${kept}`);
  if (!Number.isSafeInteger(minor)) return undefined;
  return sign && minor !== 0 ? -minor : minor;
}

/** Formats minor units as the decimal string that Shopify's API takes: `formatMinor(1234, 2)` is "12.34". */
export function formatMinor(minor: number, exponent: number): string {
  const sign = minor < 0 ? '-' : '';
  const digits = Math.abs(minor)
    .toString()
    .padStart(exponent + 1, '0');
  if (exponent === 0) return `${sign}${digits}`;
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

function fromCodes(codes: string, exponent: number): Record<string, number> {
  return Object.fromEntries(codes.split(' ').map((code) => [code, exponent]));
}
