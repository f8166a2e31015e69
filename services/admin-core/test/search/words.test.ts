import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textsOf } from '../../src/search/tokens.ts';
import { matches, normalise, wordsOf, wordsOfQuery, type Searchable } from '../../src/search/words.ts';

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

/** Words of the scripts that shops meet. */
const aWord = fc.oneof(
  fc.stringMatching(/^[a-z]{1,12}$/),
  fc.stringMatching(/^[A-ZÄÖÜÉÈÑŁØa-zäöüßéèñłø]{2,12}$/),
  fc.stringMatching(/^[\u0391-\u03a1\u03a3-\u03c9]{2,9}$/u),
  fc.stringMatching(/^[\u0410-\u044f]{2,9}$/u),
  fc.stringMatching(/^[\u0627-\u064a]{2,9}$/u),
  fc.stringMatching(/^[\u4e00-\u4fff]{1,4}$/u),
  fc.stringMatching(/^[\u3041-\u3096\u30a1-\u30fa]{1,6}$/u),
  fc.stringMatching(/^[\uac00-\ud7a3]{1,4}$/u),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((text) => !/[\s\p{P}\p{S}\p{C}ʼ]/u.test(text)),
);

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
            const letters = Array.from(word);
            for (let length = 2; length <= letters.length; length += 1) {
              const typed = wordsOfQuery(letters.slice(0, length).join(''));
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
