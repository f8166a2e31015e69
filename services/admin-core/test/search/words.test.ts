import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textsOf } from '../../src/search/tokens.ts';
import { matches, normalise, wordsOf, wordsOfQuery, type Searchable } from '../../src/search/words.ts';
import { aWord, beginningsOf } from './people.ts';

const aPerson = (facts: Partial<Searchable> = {}): Searchable => ({
  email: 'ada.lovelace+shop@example.com',
  firstName: 'Ada',
  lastName: 'Lovelace',
  ...facts,
});
const finds = (typed: string, person: Partial<Searchable> = {}) =>
  matches(wordsOf(aPerson(person)), wordsOfQuery(typed));

describe('what was typed', () => {
  it.each([
    ['a first name', 'ada', {}],
    ['a last name in capitals', 'LOVELACE', {}],
    ['both, in either order', 'lovelace ada', {}],
    ['how both begin', 'lo ad', {}],
    ['part of an address', 'ada.love', {}],
    ['an address', 'Ada.Lovelace+shop@Example.com', {}],
    ['a domain', '@example.com', {}],
    ['a name without its accents', 'jose munoz', { firstName: 'José', lastName: 'Muñoz' }],
    ['a name with accents that it has not', 'Adá', {}],
    ['a decomposed spelling', 'Jose\u0301', { firstName: 'Jos\u00e9' }],
    ['letters that are no accents', 'grossmann', { lastName: 'Großmann' }],
    ['a stroke', 'lukasz', { firstName: 'Łukasz' }],
    ['a dotted capital', 'izmir', { lastName: 'İzmir' }],
    ['a name with its apostrophe', "o'br", { lastName: 'O’Brien' }],
    ['one without it', 'obrien', { lastName: "O'Brien" }],
    ['what follows it', 'brien', { lastName: "O'Brien" }],
    ['a part after a hyphen', 'pierre', { firstName: 'Jean-Pierre' }],
    ['Greek with its last sigma', 'ΓΙΏΡΓΟΣ', { firstName: 'Γιώργος' }],
    ['Cyrillic', 'анна', { firstName: 'Анна' }],
    ['Arabic without its vowel signs', 'محمد', { firstName: 'مُحَمَّد' }],
    ['Hebrew', 'דו', { firstName: 'דוד' }],
    ['one sign of a Chinese name', '小', { firstName: '小明', lastName: '王' }],
    ['a whole Chinese name', '王小明', { firstName: '小明', lastName: '王' }],
    ['a Japanese name with a space', '山田 花子', { firstName: '花子', lastName: '山田' }],
    ['one stored in one field', '山田花', { firstName: '', lastName: '山田 花子' }],
    ['half width', 'ﾔﾏﾀﾞ', { lastName: 'ヤマダ' }],
    ['a Korean name', '김민', { firstName: '민수', lastName: '김' }],
    ['full width Latin', 'ａｄａ', {}],
  ] as const)('finds %s', (_, typed, person) => {
    expect(finds(typed, person)).toBe(true);
  });

  it.each([
    ['the end of a word', 'lace', {}],
    ['a word more', 'ada byron', {}],
    ['a longer word', 'adam', {}],
    ['Chinese signs in another order', '明小', { firstName: '小明', lastName: '王' }],
  ] as const)('does not find %s', (_, typed, person) => {
    expect(finds(typed, person)).toBe(false);
  });
});

describe('a customer', () => {
  it('is found by how any word begins, from two letters on, and has the tokens for it', () => {
    fc.assert(
      fc.property(
        fc.array(aWord, { minLength: 1, maxLength: 3 }),
        fc.array(aWord, { minLength: 1, maxLength: 3 }),
        (first, last) => {
          const customer = wordsOf({ firstName: first.join(' '), lastName: last.join('-'), email: null });
          const tokens = new Set(textsOf(customer));
          for (const word of [...first, ...last]) {
            for (const beginning of beginningsOf(word)) {
              const typed = wordsOfQuery(beginning);
              expect(matches(customer, typed)).toBe(true);
              for (const text of textsOf(typed)) expect(tokens).toContain(text);
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('with no words at all is found by nothing', () => {
    expect(wordsOf({ email: null, firstName: null, lastName: '—' })).toEqual({ words: [], runs: [] });
  });

  it('has no more tokens than anybody needs, whatever the form was filled with', () => {
    const text = Array.from({ length: 100 }, (_, index) => `wörd${index}längst`).join(' ');
    expect(textsOf(wordsOf({ email: null, firstName: text, lastName: text })).length).toBeLessThan(200);
  });
});

describe('normalising', () => {
  it('does nothing to what is normal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (text) => {
        expect(normalise(normalise(text))).toBe(normalise(text));
      }),
      { numRuns: 1_000 },
    );
  });
});
