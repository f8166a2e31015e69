import { currencyExponent, formatMinor } from '@loyalnest/contracts/money';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { directionOf, matchLanguage } from './languages.ts';
import { adminLocale } from '../shopify/app-bridge.ts';

export type Formats = ReturnType<typeof formatsFor>;

const units = [
  { unit: 'year', seconds: 31_557_600 },
  { unit: 'month', seconds: 2_629_800 },
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3_600 },
  { unit: 'minute', seconds: 60 },
] as const;

/** Numbers, money and dates as people of a locale write them. Dates are in the shop's time zone, like in Shopify's admin. */
export function formatsFor(locale: string, timeZone: string | undefined) {
  const zone = timeZone === undefined ? {} : { timeZone };
  const number = new Intl.NumberFormat(locale);
  const decimal = new Intl.NumberFormat(locale, { maximumFractionDigits: 6 });
  const signed = new Intl.NumberFormat(locale, { signDisplay: 'exceptZero' });
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const date = new Intl.DateTimeFormat(locale, { ...zone, dateStyle: 'medium' });
  const dateTime = new Intl.DateTimeFormat(locale, { ...zone, dateStyle: 'medium', timeStyle: 'short' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  return {
    locale,
    number: (value: number) => number.format(value),
    /** A decimal text such as "0.25", exactly. */
    decimal: (text: string) => decimal.format(text as `${number}`),
    /** With a plus in front of what is above zero. */
    signed: (value: number) => signed.format(value),
    /** A share: 0.25 is 25%. */
    percent: (value: number) => percent.format(value),
    date: (instant: string) => date.format(new Date(instant)),
    dateTime: (instant: string) => dateTime.format(new Date(instant)),
    /** How long ago, or until when, in the largest unit that fits. */
    relative: (instant: string, now = Date.now()) => {
      const seconds = (Date.parse(instant) - now) / 1_000;
      const fitting = units.find((one) => Math.abs(seconds) >= one.seconds);
      if (!fitting) return relative.format(0, 'minute');
      return relative.format(Math.trunc(seconds / fitting.seconds), fitting.unit);
    },
    /** A length of time in its largest unit: 90 seconds are 1.5 minutes. */
    duration: (seconds: number) => {
      const fitting = units.find((one) => seconds >= one.seconds) ?? { unit: 'second', seconds: 1 };
      const style = { style: 'unit', unit: fitting.unit, unitDisplay: 'long', maximumFractionDigits: 1 } as const;
      return new Intl.NumberFormat(locale, style).format(seconds / fitting.seconds);
    },
    /** Minor units, exactly: the decimal text goes to `Intl` without becoming a float. */
    money: (minor: number, currency: string) => moneyText(locale, { minor, currency }, {}),
    /** Money with a plus in front of what is above zero. */
    signedMoney: (minor: number, currency: string) =>
      moneyText(locale, { minor, currency }, { signDisplay: 'exceptZero' }),
    /** "gift-card, sale and new". Latin words that lie among those of another direction keep their places. */
    list: (parts: readonly string[]) =>
      list.format(directionOfLocale(locale) === 'rtl' ? parts.map((part) => `\u2068${part}\u2069`) : parts),
  };
}

function moneyText(locale: string, money: { minor: number; currency: string }, options: Intl.NumberFormatOptions) {
  const exponent = currencyExponent(money.currency);
  const format = new Intl.NumberFormat(locale, {
    ...options,
    style: 'currency',
    currency: money.currency,
    minimumFractionDigits: exponent,
    maximumFractionDigits: exponent,
  });
  const parts = format.formatToParts(formatMinor(money.minor, exponent) as `${number}`);
  // "US$" falls apart where text runs from right to left, because its letters and its sign go different ways.
  const keepsTogether = directionOfLocale(locale) === 'rtl';
  return parts
    .map(({ type, value }) => (keepsTogether && type === 'currency' ? `\u2066${value}\u2069` : value))
    .join('');
}

function directionOfLocale(locale: string): 'ltr' | 'rtl' {
  const language = matchLanguage(locale);
  return language ? directionOf(language) : 'ltr';
}

/**
 * The formats of the person's locale. The language of the texts decides; the region of the admin's locale is kept when it
 * is of that language, so that `en-GB` reads its own dates.
 */
export function useFormats(timeZone?: string): Formats {
  const { i18n } = useTranslation();
  const language = i18n.language;
  return useMemo(() => formatsFor(localeFor(language, adminLocale()), timeZone), [language, timeZone]);
}

export function localeFor(language: string, admin: string | undefined): string {
  if (admin === undefined || admin.split('-')[0] !== language.split('-')[0]) return language;
  return Intl.getCanonicalLocales(admin)[0] ?? language;
}
