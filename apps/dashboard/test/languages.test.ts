import { describe, expect, it } from 'vitest';
import { formatsFor, localeFor } from '../src/i18n/format.ts';
import { languageChain, matchLanguage } from '../src/i18n/languages.ts';
import { merchantsWord } from '../src/i18n/points-name.ts';

describe('the language of the texts', () => {
  it.each([
    ['pt-BR', 'pt'],
    ['EN-gb', 'en'],
    ['zh-CN', 'zh-CN'],
    ['zh-Hans', 'zh-CN'],
    ['zh-TW', undefined],
    ['da', undefined],
  ])('of %s is %s', (tag, language) => {
    expect(matchLanguage(tag)).toBe(language);
  });

  it('falls back to what the person also asks for, and to English in the end', () => {
    const has = (language: string) => ['en', 'de', 'fr'].includes(language);
    expect(languageChain(['sv-SE', 'fr-CH', 'de'], has)).toEqual(['fr', 'de', 'en']);
    expect(languageChain(['da', 'zh-TW'], has)).toEqual(['en']);
  });

  it('keeps the region of the admin where it is of the same language', () => {
    expect(localeFor('en', 'en-GB')).toBe('en-GB');
    expect(localeFor('en', 'sv-SE')).toBe('en');
    expect(localeFor('ar', undefined)).toBe('ar');
  });
});

describe('the name of points', () => {
  const stars = { en: { one: 'Star', other: 'Stars' } };
  it.each([
    ['the merchant’s in this language', { ...stars, de: { one: 'Stern', other: 'Sterne' } }, 'de', 1, 'Stern'],
    ['the merchant’s in another one', stars, 'de', 5, 'Stars'],
    ['ours where nobody has named them', { en: { one: 'point', other: 'points' } }, 'de', 5, undefined],
    ['in the form of the number', { ar: { one: 'نجمة', two: 'نجمتان', few: 'نجوم', other: 'نجمة' } }, 'ar', 3, 'نجوم'],
    ['in the general form where a form is missing', { ar: { one: 'نجمة', other: 'نجوم' } }, 'ar', 2, 'نجوم'],
  ])('is %s', (_name, names, language, count, word) => {
    expect(merchantsWord(names, language, count)).toBe(word);
  });
});

describe('formats', () => {
  it('write money exactly, with the decimals of its currency', () => {
    const { money, signedMoney } = formatsFor('en', undefined);
    expect(money(9_007_199_254_740_991, 'EUR')).toBe('€90,071,992,547,409.91');
    expect(money(500, 'JPY')).toBe('¥500');
    expect(money(1_234, 'KWD')).toBe('KWD\u00a01.234');
    expect(signedMoney(-5, 'USD')).toBe('-$0.05');
  });

  it('keep the letters and the sign of a currency together where text runs from right to left', () => {
    expect(formatsFor('ar', undefined).money(44_455, 'USD')).toBe('\u200f444.55\u00a0\u2066US$\u2069');
    expect(formatsFor('de', undefined).money(44_455, 'USD')).toBe('444,55\u00a0$');
  });

  it('keep the parts of a list to themselves where text runs from right to left', () => {
    expect(formatsFor('ar', undefined).list(['gift-card', 'sale'])).toBe('\u2068gift-card\u2069 و\u2068sale\u2069');
    expect(formatsFor('en', undefined).list(['gift-card', 'sale'])).toBe('gift-card and sale');
  });

  it('say lengths of time in the largest unit that fits, and moments relative to now', () => {
    const { duration, relative } = formatsFor('en', undefined);
    expect(duration(0.4)).toBe('0.4 seconds');
    expect(duration(90)).toBe('1.5 minutes');
    const now = Date.parse('2026-11-26T12:00:00Z');
    expect(relative('2026-11-26T09:30:00Z', now)).toBe('2 hours ago');
    expect(relative('2026-11-26T11:59:45Z', now)).toBe('this minute');
    expect(relative('2026-11-28T12:00:00Z', now)).toBe('in 2 days');
  });

  it('show a date in the time zone of the shop', () => {
    expect(formatsFor('en', 'Asia/Tokyo').date('2026-11-26T20:00:00Z')).toBe('Nov 27, 2026');
    expect(formatsFor('en', 'America/New_York').date('2026-11-27T02:00:00Z')).toBe('Nov 26, 2026');
  });
});
