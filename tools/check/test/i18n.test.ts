import { describe, expect, it } from 'vitest';
import { checkTexts, describeFindings, type TextsToCheck } from '../src/i18n.ts';

const texts = {
  en: {
    page: { title: 'Points', count_one: '{{number}} point', count_other: '{{number}} points', all: 'See <0>all</0>' },
  },
  de: {
    page: {
      title: 'Punkte',
      count_one: '{{number}} Punkt',
      count_other: '{{number}} Punkte',
      all: '<0>Alle</0> ansehen',
    },
  },
  ja: { page: { title: 'ポイント', count_other: '{{number}}ポイント', all: '<0>すべて</0>を見る' } },
  ar: {
    page: {
      title: 'النقاط',
      count_zero: 'لا نقاط',
      count_one: 'نقطة واحدة',
      count_two: 'نقطتان',
      count_few: '{{number}} نقاط',
      count_many: '{{number}} نقطة',
      count_other: '{{number}} نقطة',
      all: 'عرض <0>الكل</0>',
    },
  },
} satisfies Record<string, TextsToCheck['texts'][string]>;
const source = `t('page.title'); t("page.count", { count: 3, number: '3' }); <Trans i18nKey="page.all" />`;

function findingsWith(change: Partial<TextsToCheck> & { de?: Record<string, string>; code?: string } = {}): string[] {
  const { de, code = source, ...rest } = change;
  const changed = de ? { ...texts, de: { page: { ...texts.de.page, ...de } } } : texts;
  return describeFindings(
    checkTexts({
      texts: changed,
      languages: ['en', 'de', 'ja', 'ar'],
      sources: [{ path: 'page.tsx', text: code }],
      ...rest,
    }),
  );
}

describe('the check of texts', () => {
  it('finds nothing in texts that are complete, whatever plural forms their languages have', () => {
    expect(findingsWith()).toEqual([]);
  });

  it('finds a key that a language lacks, and a language that is not there', () => {
    const { title: _title, ...page } = texts.de.page;
    expect(findingsWith({ texts: { ...texts, de: { page } } })).toEqual(['missing [de] page.title: English has it']);
    expect(findingsWith({ languages: ['en', 'fr'] })).toContain('missing [fr] page.title: English has it');
  });

  it('finds a key that the code asks for and nobody has', () => {
    expect(findingsWith({ code: `${source} t('page.gone')` })).toEqual([
      'unknown-key [en] page.gone: page.tsx asks for it',
    ]);
    expect(findingsWith({ code: `${source} t(isOn ? 'page.title' : 'page.off')` })).toEqual([
      'unknown-key [en] page.off: page.tsx asks for it',
    ]);
  });

  it('finds a key that a language has and English does not', () => {
    expect(findingsWith({ de: { extra: 'Mehr' } })).toEqual(['unknown-key [de] page.extra: English does not have it']);
  });

  it('finds a key that nobody asks for', () => {
    expect(findingsWith({ code: `t('page.title'); t('page.count')` })).toEqual([
      'unused [en] page.all: no source asks for it',
    ]);
  });

  it('finds a key inside of a longer text', () => {
    expect(findingsWith({ code: source.replace("t('page.title')", "`(${`${t('page.title')}`})`") })).toEqual([]);
  });

  it('takes a key in a table for used', () => {
    expect(findingsWith({ code: `${source.replace('t(', 'name(')}; t(names[kind])` })).toEqual([]);
  });

  it('finds a text that is still English, unless there is a reason, and a reason that is no longer needed', () => {
    expect(findingsWith({ de: { title: 'Points' } })).toEqual(['untranslated [de] page.title: still "Points"']);
    expect(findingsWith({ de: { title: 'Points' }, sameAsEnglish: { 'de:page.title': 'a name' } })).toEqual([]);
    expect(findingsWith({ sameAsEnglish: { 'de:page.title': 'a name' } })).toEqual([
      'needless-exception [en] de:page.title: no text needs this exception from being translated',
    ]);
  });

  it.each([
    ['a placeholder that nobody fills', { title: 'Punkte {{anzahl}}' }, 'nobody fills {{anzahl}}'],
    ['a placeholder that is missing', { count_other: 'Punkte' }, 'lacks {{number}}'],
    ['a brace that is missing', { title: 'Punkte {{name}' }, 'a brace that belongs to no placeholder'],
    ['a tag that is not closed', { all: '<0>Alle ansehen' }, '<0> is not closed'],
    ['tags that cross', { all: '<0>Al</1>le</0> ansehen' }, '</1> closes nothing'],
    ['a tag that English does not have', { all: '<1>Alle</1> ansehen' }, 'has the tags "1", English "0"'],
    ['an empty text', { title: '' }, 'empty'],
    ['a blank at the end', { title: 'Punkte ' }, 'begins or ends with a blank'],
  ])('finds %s', (_name, de, message) => {
    expect(findingsWith({ de })).toEqual([expect.stringMatching(/^malformed \[de\]/)]);
    expect(findingsWith({ de }).join()).toContain(message);
  });

  it('finds plural forms that a language lacks or does not have', () => {
    const { count_few: _few, ...page } = texts.ar.page;
    expect(findingsWith({ texts: { ...texts, ar: { page } } })).toEqual([
      'missing [ar] page.count_few: a plural form of this language',
    ]);
    const ja = { page: { ...texts.ja.page, count_one: '1ポイント' } };
    expect(findingsWith({ texts: { ...texts, ja } })).toEqual([
      'unknown-key [ja] page.count_one: not a plural form of this language',
    ]);
  });

  it('wants the values of keys that the code puts together, and holds them against the texts', () => {
    const code = `${source} t(\`page.\${part}\`)`;
    expect(findingsWith({ code })).toContain(
      'undeclared-dynamic-key [en] page.*: page.tsx puts it together; say with which values',
    );
    expect(findingsWith({ code, dynamic: { 'page.*': ['title', 'all'] } })).toEqual([]);
    const named = `${source} const key = \`page.\${part}\`; const path = \`order.\${id}\``;
    expect(findingsWith({ code: named })).toEqual([
      'undeclared-dynamic-key [en] page.*: page.tsx puts it together; say with which values',
    ]);
    expect(findingsWith({ code, dynamic: { 'page.*': ['gone'] } })).toEqual([
      'unknown-key [en] page.gone: declared as one of page.*',
    ]);
    expect(findingsWith({ dynamic: { 'page.*': ['title'] } })).toEqual([
      'needless-exception [en] page.*: no source puts together such a key',
    ]);
  });
});
