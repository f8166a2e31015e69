import { currencyExponent, formatMinor, parseMinor } from '@loyalnest/contracts/money';

type Marks = { decimal: string; group: string; digits: string[] };

/**
 * Reads a number as people of a locale write it ("1.234,50" in German) to a decimal text ("1234.50"), digit by digit: no
 * float comes in between. `undefined` for what is no such number.
 */
export function readDecimal(text: string, locale: string): string | undefined {
  const { decimal, group, digits } = marksOf(locale);
  const plain = Array.from(text.trim(), (character) => {
    const digit = digits.indexOf(character);
    return digit === -1 ? character : String(digit);
  }).join('');
  // French and others group by one of several blanks; what people type is the plain one.
  const isBlank = (mark: string) => /\s/.test(mark);
  const ungrouped = isBlank(group) ? plain.replaceAll(/\s/g, '') : withoutGroups(plain, { decimal, group });
  const candidate = ungrouped.replace(decimal, '.');
  // Who types a point where the locale has a comma means the decimals, unless the point groups thousands there.
  return /^\d+(\.\d+)?$/.test(candidate) ? candidate : undefined;
}

/** A decimal text as the locale writes it, without groups, so that it can be edited. */
export function writeDecimal(decimal: string, locale: string): string {
  return decimal.replace('.', marksOf(locale).decimal);
}

/** An amount as typed, in minor units; `undefined` for what is no amount of this currency. */
export function readMoney(text: string, currency: string, locale: string): number | undefined {
  const decimal = readDecimal(text, locale);
  return decimal === undefined ? undefined : parseMinor(decimal, currencyExponent(currency));
}

export function writeMoney(minor: number, currency: string, locale: string): string {
  return writeDecimal(formatMinor(minor, currencyExponent(currency)), locale);
}

/** Takes out the marks between thousands where they stand right; elsewhere they make the text no number. */
function withoutGroups(text: string, { decimal, group }: Pick<Marks, 'decimal' | 'group'>): string {
  const [whole = '', ...rest] = text.split(decimal);
  if (!whole.includes(group)) return text;
  const [first = '', ...others] = whole.split(group);
  const isGrouped = /^\d{1,3}$/.test(first) && others.every((part) => /^\d{3}$/.test(part));
  return isGrouped ? [[first, ...others].join(''), ...rest].join(decimal) : text;
}

function marksOf(locale: string): Marks {
  const format = new Intl.NumberFormat(locale);
  const parts = format.formatToParts(1_234_567.5);
  const mark = (type: string) => parts.find((part) => part.type === type)?.value;
  const digits = new Intl.NumberFormat(locale, { useGrouping: false });
  return {
    decimal: mark('decimal') ?? '.',
    group: mark('group') ?? ',',
    digits: Array.from({ length: 10 }, (_, digit) => digits.format(digit)),
  };
}
