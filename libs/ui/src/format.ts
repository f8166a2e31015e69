import { currencyExponent, formatMinor } from '@loyalnest/contracts/money';

/** What a point is called in one language. */
export type PointsName = { one: string; other: string };

const numberFormats = new Map<string, Intl.NumberFormat>();

export function formatNumber(value: number, locale: string, options: Intl.NumberFormatOptions = {}): string {
  return numberFormat(locale, options).format(value);
}

/** Minor units of a currency as the reader's language writes money. A decimal string, so that no digit is lost. */
export function formatMoney(minor: number, currency: string, locale: string): string {
  const exponent = currencyExponent(currency);
  const options = {
    style: 'currency',
    currency,
    minimumFractionDigits: exponent,
    maximumFractionDigits: exponent,
  } as const;
  return numberFormat(locale, options).format(formatMinor(minor, exponent) as Intl.StringNumericLiteral);
}

/** "37 points", by the name that the shop gave them. */
export function formatPoints(points: number, name: PointsName, locale: string): string {
  return `${formatNumber(points, locale)} ${pointsWord(points, name, locale)}`;
}

export function pointsWord(points: number, name: PointsName, locale: string): string {
  return new Intl.PluralRules(locale).select(Math.abs(points)) === 'one' ? name.one : name.other;
}

/** With its sign, as in a column of changes: "+37" and "−12". */
export function formatChange(points: number, locale: string): string {
  return formatNumber(points, locale, { signDisplay: 'exceptZero' });
}

export function formatDate(at: string, locale: string, timeZone?: string): string {
  return dateFormat(locale, { dateStyle: 'medium', ...(timeZone && { timeZone }) }).format(new Date(at));
}

export function formatDateTime(at: string, locale: string, timeZone?: string): string {
  const options = { dateStyle: 'medium', timeStyle: 'short', ...(timeZone && { timeZone }) } as const;
  return dateFormat(locale, options).format(new Date(at));
}

/** A day of a calendar ("2026-11-26"), which is no instant and belongs to no time zone. */
export function formatDay(day: string, locale: string, options: Intl.DateTimeFormatOptions): string {
  return dateFormat(locale, { ...options, timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
}

const steps: readonly { unit: Intl.RelativeTimeFormatUnit; seconds: number }[] = [
  { unit: 'year', seconds: 365 * 86_400 },
  { unit: 'month', seconds: 30 * 86_400 },
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3_600 },
  { unit: 'minute', seconds: 60 },
];

/** "5 minutes ago", "in 3 days". Less than a minute is "now". */
export function formatRelative(at: string, now: Date, locale: string): string {
  const seconds = (Date.parse(at) - now.getTime()) / 1000;
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const step = steps.find((one) => Math.abs(seconds) >= one.seconds);
  if (!step) return format.format(0, 'second');
  return format.format(Math.trunc(seconds / step.seconds), step.unit);
}

/** A stretch of time in its largest unit: "0.4 sec", "3 min", "2 hr". */
export function formatDuration(seconds: number, locale: string): string {
  const [value, unit] =
    seconds < 60 ? [seconds, 'second'] : seconds < 3_600 ? [seconds / 60, 'minute'] : [seconds / 3_600, 'hour'];
  const maximumFractionDigits = value < 10 ? 1 : 0;
  return formatNumber(value, locale, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits });
}

function numberFormat(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = locale + JSON.stringify(options);
  let format = numberFormats.get(key);
  if (!format) numberFormats.set(key, (format = new Intl.NumberFormat(locale, options)));
  return format;
}

const dateFormats = new Map<string, Intl.DateTimeFormat>();

/** Making a format costs more than using it a hundred times. */
function dateFormat(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  let format = dateFormats.get(key);
  if (!format) dateFormats.set(key, (format = new Intl.DateTimeFormat(locale, options)));
  return format;
}
