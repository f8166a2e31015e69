import { describe, expect, it } from 'vitest';
import { flagsSchema, isOnFor } from '../../src/flags/flag.ts';

const name = 'programme-preview';
const merchants = Array.from({ length: 10_000 }, (_, index) => index + 1);
const onAt = (percentage: number) => {
  const flags = flagsSchema.parse({ [name]: { percentage } });
  return merchants.filter((merchantId) => isOnFor(flags, name, merchantId));
};

describe('a feature flag', () => {
  it.each([
    ['is as code says where the file says nothing', {}, true],
    ['is as the file says by default', { [name]: { default: false } }, false],
    ['is on for a merchant on the list', { [name]: { default: false, on: [7] } }, true],
    ['is off for a merchant on the list', { [name]: { off: [7] } }, false],
    ['is off for who is on both lists', { [name]: { on: [7], off: [7] } }, false],
    ['is off for nobody at 100 %', { [name]: { percentage: 100, default: false } }, true],
    ['is on for nobody at 0 %', { [name]: { percentage: 0, default: true } }, false],
    ['is on for a merchant on the list at 0 %', { [name]: { percentage: 0, on: [7] } }, true],
    ['is not touched by the lists of others', { [name]: { off: [8], percentage: 100 } }, true],
  ])('%s', (_, file, expected) => {
    expect(isOnFor(flagsSchema.parse(file), name, 7)).toBe(expected);
  });

  it('is on for about the part of the merchants that the percentage says', () => {
    expect(onAt(25).length).toBeGreaterThan(2_300);
    expect(onAt(25).length).toBeLessThan(2_700);
  });

  it('takes nobody away when the percentage is raised', () => {
    const later = new Set(onAt(30));
    expect(onAt(10).every((merchantId) => later.has(merchantId))).toBe(true);
  });

  it('chooses the same merchants in every version of the product', () => {
    expect(onAt(10).slice(0, 8)).toMatchInlineSnapshot(`
      [
        4,
        7,
        21,
        27,
        49,
        53,
        66,
        92,
      ]
    `);
  });

  it.each([
    ['a name that no flag has', { 'programme-preveiw': { default: false } }],
    ['a percentage above 100', { [name]: { percentage: 101 } }],
    ['a word that means nothing', { [name]: { enabled: true } }],
    ['a merchant that is no id', { [name]: { on: ['demo-shop.myshopify.com'] } }],
    ['a list', []],
  ])('refuses %s', (_, file) => {
    expect(flagsSchema.safeParse(file).success).toBe(false);
  });
});
