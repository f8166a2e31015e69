import { describe, expect, it } from 'vitest';
import { localeFor } from '../src/i18n/format.ts';
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
