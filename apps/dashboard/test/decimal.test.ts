import { describe, expect, it } from 'vitest';
import { readDecimal, readMoney, writeDecimal, writeMoney } from '../src/i18n/decimal.ts';

describe('a decimal that somebody types', () => {
  it.each([
    ['en', '0.25', '0.25'],
    ['en', '1,234.5', '1234.5'],
    ['en', ' 12 ', '12'],
    ['de', '0,25', '0.25'],
    ['de', '1.234,5', '1234.5'],
    ['de', '0.25', '0.25'],
    ['fr', '1 234,5', '1234.5'],
    ['pt', '1.234,5', '1234.5'],
    ['ja', '1,234', '1234'],
    ['ar-EG', '١٬٢٣٤٫٥', '1234.5'],
    ['ar', '1.5', '1.5'],
  ])('is read as people of %s write it: %s', (locale, text, decimal) => {
    expect(readDecimal(text, locale)).toBe(decimal);
  });

  it.each([
    ['en', ''],
    ['en', 'ten'],
    ['en', '1,2,3'],
    ['en', '12,34'],
    ['en', '-1'],
    ['en', '1.2.3'],
    ['de', '1,2,3'],
    ['de', '12.34.5'],
  ])('is no number in %s: "%s"', (locale, text) => {
    expect(readDecimal(text, locale)).toBeUndefined();
  });

  it('keeps digits that a float would lose', () => {
    expect(readMoney('90071992547409.91', 'EUR', 'en')).toBe(9_007_199_254_740_991);
    expect(readMoney('0,1', 'EUR', 'de')).toBe(10);
    expect(readMoney('4.35', 'EUR', 'en')).toBe(435);
  });

  it('knows how many decimals a currency has', () => {
    expect(readMoney('500', 'JPY', 'ja')).toBe(500);
    expect(readMoney('5.5', 'JPY', 'ja')).toBeUndefined();
    expect(readMoney('1.234', 'KWD', 'en')).toBe(1_234);
    expect(readMoney('1.234', 'EUR', 'en')).toBeUndefined();
  });

  it.each(['en', 'de', 'fr', 'pt', 'es', 'ja', 'ar', 'ar-EG'])('comes back from what is written in %s', (locale) => {
    for (const minor of [0, 1, 99, 100, 123_456, 99_999_999]) {
      expect(readMoney(writeMoney(minor, 'EUR', locale), 'EUR', locale)).toBe(minor);
      expect(readMoney(writeMoney(minor, 'KWD', locale), 'KWD', locale)).toBe(minor);
    }
    expect(readDecimal(writeDecimal('0.000001', locale), locale)).toBe('0.000001');
  });
});
