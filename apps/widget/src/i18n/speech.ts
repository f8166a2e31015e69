import { currencyExponent } from '@loyalnest/contracts/money';
import type { ProgrammeResponse } from '@loyalnest/contracts/rest/storefront';
import { createPlural, createTranslate, isolate, type Messages, type Translate } from './translate.ts';
import type { Language } from './language.ts';

/** How the panel speaks: sentences, and numbers, amounts, dates and points as they are written here. */
export type Speech = {
  t: Translate;
  number: (value: number) => string;
  /** "+37", "−500". */
  signed: (value: number) => string;
  /** "37 points", in the programme's own word for them. */
  points: (value: number) => string;
  /** "+37 points". */
  signedPoints: (value: number) => string;
  /** "points", for beside a number that stands alone. */
  pointsWord: (value: number) => string;
  money: (minor: number) => string;
  date: (instant: string) => string;
  months: (count: number) => string;
  days: (count: number) => string;
};

type Named = Pick<ProgrammeResponse, 'pointsName' | 'currency'>;

export function createSpeech(messages: Messages, speaker: Language, programme: Named): Speech {
  const { language, locale, direction } = speaker;
  const t = createTranslate(messages, speaker);
  const numbers = new Intl.NumberFormat(locale);
  const signs = new Intl.NumberFormat(locale, { signDisplay: 'exceptZero' });
  const number = (value: number) => numbers.format(value);
  const signed = (value: number) => signs.format(value);
  const dates = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric' });
  const { currency } = programme;
  const amounts = new Intl.NumberFormat(locale, {
    style: 'currency',
    // As the shop itself writes its prices: "$", be it a dollar of Canada.
    currencyDisplay: 'narrowSymbol',
    currency,
    maximumFractionDigits: currencyExponent(currency),
    trailingZeroDisplay: 'stripIfInteger',
  });
  // The sign of "US$" is no letter: at the end of an amount from right to left it would part from its "US".
  const amountEnd = direction === 'rtl' ? '\u200e' : '';
  const rules = new Intl.PluralRules(locale);
  const plural = createPlural(messages, rules, speaker);
  const named = pointsNameIn(programme.pointsName, language);
  // A name that is not of this language keeps the plurals of its own: "0 Stars" also where 0 is singular, as in French.
  const nameRules = named && new Intl.PluralRules(named.language);
  const nameOf = (value: number) => nameRules && (named.forms[nameRules.select(value)] ?? named.forms.other);
  const counted = (value: number, written: string) => {
    const name = nameOf(value);
    return name ? `${isolate(written, direction)} ${name}` : plural('points', value, written);
  };

  return {
    t,
    number,
    signed,
    points: (value) => counted(value, number(value)),
    signedPoints: (value) => counted(value, signed(value)),
    pointsWord: (value) => nameOf(value) ?? plural('pointsWord', value, number(value)),
    money: (minor) => amounts.format(minor / 10 ** currencyExponent(currency)) + amountEnd,
    date: (instant) => dates.format(new Date(instant)),
    months: (count) => plural('months', count, number(count)),
    days: (count) => plural('days', count, number(count)),
  };
}

type PluralForms = ProgrammeResponse['pointsName'][string];

/**
 * The programme's own word in this language, else its English one, and the language that it is of. The English "points" that
 * every programme starts with is no name but a word, which each language has itself: then `undefined`.
 */
export function pointsNameIn(
  names: ProgrammeResponse['pointsName'],
  language: string,
): { forms: PluralForms; language: string } | undefined {
  const own = names[language] ?? names[language.split('-')[0] ?? ''];
  if (own) return { forms: own, language };
  const { en } = names;
  return en && en.one.toLowerCase() !== 'point' ? { forms: en, language: 'en' } : undefined;
}
