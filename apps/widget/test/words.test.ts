import { describe, expect, it } from 'vitest';
import { createSpeech, pointsNameIn } from '../src/i18n/speech.ts';
import type { Messages } from '../src/i18n/translate.ts';
import { earnSentences, nextGoal, rewardName, rewardTerms, roundRate } from '../src/programme/words.ts';
import { aProgramme, aReward } from './builders.ts';

const files = import.meta.glob<Messages>('../src/locales/*.json', { eager: true, import: 'default' });

function speak(language: string, programme = aProgramme(), locale = language) {
  return createSpeech(
    files[`../src/locales/${language}.json`]!,
    { language, locale, direction: language === 'ar' ? 'rtl' : 'ltr' },
    programme,
  );
}

describe('points', () => {
  it.each([
    ['en', 1, '1 point'],
    ['en', 1_234, '1,234 points'],
    ['de', 1_234, '1.234 Punkte'],
    ['ja', 5, '5ポイント'],
    ['ar', 5, '\u20685\u2069 نقاط'],
    ['ar', 15, '\u206815\u2069 نقطة'],
  ])('are counted in %s', (language, count, expected) => {
    expect(speak(language).points(count)).toBe(expected);
  });

  it('have the name that the merchant gave them, in English where there is no other', () => {
    const pointsName = { en: { one: 'Star', other: 'Stars' }, de: { one: 'Stern', other: 'Sterne' } };
    expect(speak('de', aProgramme({ pointsName })).points(2)).toBe('2 Sterne');
    expect(speak('fr', aProgramme({ pointsName })).points(2)).toBe('2 Stars');
    expect(speak('en', aProgramme({ pointsName })).signedPoints(37)).toBe('+37 Stars');
  });

  it.each([
    [0, 'صفر نجوم'],
    [1, 'نجمة'],
    [2, 'نجمتان'],
    [5, 'نجوم'],
    [15, 'نجمة واحدة'],
    [100, 'نجمات'],
  ])('take the form that their name has for %i', (count, expected) => {
    const forms = { zero: 'صفر نجوم', one: 'نجمة', two: 'نجمتان', few: 'نجوم', many: 'نجمة واحدة', other: 'نجمات' };
    expect(speak('ar', aProgramme({ pointsName: { ar: forms } })).pointsWord(count)).toBe(expected);
  });

  it('take the general form where theirs was not given, and the plurals of the name’s own language', () => {
    expect(speak('ar', aProgramme({ pointsName: { ar: { one: 'نجمة', other: 'نجمات' } } })).pointsWord(5)).toBe(
      'نجمات',
    );
    const pointsName = { en: { one: 'Star', other: 'Stars' } };
    expect(speak('fr', aProgramme({ pointsName })).points(0)).toBe('0 Stars');
  });

  it('are a word of each language as long as nobody has named them', () => {
    expect(pointsNameIn({ en: { one: 'Point', other: 'Points' } }, 'de')).toBeUndefined();
  });
});

describe('money', () => {
  it.each([
    ['EUR', 500, 'en', '€5'],
    ['EUR', 550, 'en', '€5.50'],
    ['JPY', 500, 'ja', '￥500'],
    ['KWD', 1_500, 'en', 'KWD 1.500'],
    ['CAD', 500, 'en', '$5'],
  ])('is written with the decimals of %s', (currency, minor, locale, expected) => {
    expect(speak('en', aProgramme({ currency }), locale).money(minor).replace(/\s/g, ' ')).toBe(expected);
  });
});

describe('text from right to left', () => {
  it('keeps an amount in one piece, and the letters of its currency with its sign', () => {
    const text = rewardTerms(aReward({ minimumSpendMinor: 2_000 }), speak('ar', aProgramme({ currency: 'USD' })))[0];
    expect(text).toMatch(/\u2068[^\u2068\u2069]*20[^\u2068\u2069]*(US)?\$\u200e?\u2069/);
  });
});

describe('ways to earn', () => {
  it.each([
    ['1', { points: 1, units: 1 }],
    ['2.5', { points: 2.5, units: 1 }],
    ['0.01', { points: 1, units: 100 }],
    ['0.1', { points: 1, units: 10 }],
    ['0.3', { points: 0.3, units: 1 }],
    ['0', { points: 0, units: 1 }],
  ])('say a rate of %s in whole numbers where it comes out even', (rate, expected) => {
    expect(roundRate(Number(rate))).toEqual(expected);
  });

  it('are a sentence each', () => {
    const programme = aProgramme();
    expect(earnSentences(programme, speak('en')).map(({ text }) => text)).toEqual([
      '1 point for every €1 you spend',
      '200 points, once',
    ]);
    const fixed = aProgramme({ purchase: { kind: 'fixed', points: 10 }, signupPoints: null });
    expect(earnSentences(fixed, speak('en')).map(({ text }) => text)).toEqual(['10 points for every order']);
    expect(earnSentences(aProgramme({ purchase: null, signupPoints: null }), speak('en'))).toEqual([]);
  });
});

describe('rewards', () => {
  it('that a new shop starts with are named in the shopper’s language, others as the merchant named them', () => {
    const speech = speak('de');
    expect(rewardName(aReward(), 'EUR', speech).replace(/\s/g, ' ')).toBe('5 € Rabatt');
    expect(rewardName(aReward({ name: 'Dankeschön' }), 'EUR', speech)).toBe('Dankeschön');
    const shipping = aReward({ kind: 'free_shipping', name: 'Free shipping', amountMinor: null });
    expect(rewardName(shipping, 'EUR', speech)).toBe('Kostenloser Versand');
  });

  it('say what they ask for', () => {
    const terms = rewardTerms(aReward({ minimumSpendMinor: 2_000, validDays: 30 }), speak('en'));
    expect(terms).toEqual(['On orders of €20 or more', 'Valid for 30 days']);
    expect(rewardTerms(aReward(), speak('en'))).toEqual([]);
  });

  it('that are next are the cheapest ones out of reach', () => {
    const near = aReward({ rewardId: 2, points: 400 });
    const far = aReward({ rewardId: 3, points: 1_000 });
    const reached = aReward({ rewardId: 4, points: 50, isAffordable: true, missingPoints: 0 });
    expect(nextGoal([far, reached, near], 100)).toEqual({ reward: near, share: 0.25 });
    expect(nextGoal([near], -40)?.share).toBe(0);
    expect(nextGoal([reached], 100)).toBeUndefined();
  });
});
