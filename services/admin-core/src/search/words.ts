/** The parts of a profile that customers are searched by. Phone numbers are found whole, by their hash. */
export type Searchable = { email: string | null; firstName: string | null; lastName: string | null };

/**
 * Text as the search sees it. Most scripts put spaces between words, and people type how a word begins; Chinese, Japanese
 * and Korean names have none, and people type any part of them.
 */
export type Words = { words: readonly string[]; runs: readonly string[] };

/** Nobody has more; whoever fills a form with words does not fill the index. */
const wordsMax = 40;

const apostrophes = /['’‘ʼʹ`´＇]/gu;
const spaceless = String.raw`[\p{L}\p{N}]&&[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Bopomofo}]`;
const wordPattern = new RegExp(String.raw`[[\p{L}\p{N}]--[${spaceless}]]+`, 'gv');
const runPattern = new RegExp(`[${spaceless}]+`, 'gv');

/** Letters that Unicode does not take apart, as people without them on their keyboard type them. */
const folded: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ħ: 'h',
  ı: 'i',
  ς: 'σ',
};
const foldedPattern = new RegExp(`[${Object.keys(folded).join('')}]`, 'gu');

/** One spelling for upper and lower case, with and without accents, full and half width. */
export function normalise(text: string): string {
  const bare = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/\p{M}/gu, '');
  return bare.replace(foldedPattern, (letter) => folded[letter] ?? letter).normalize('NFC');
}

/** What a customer can be found by. "O'Brien" is `obrien` and `brien`; "太郎" of "田中" is one run in either order. */
export function wordsOf({ email, firstName, lastName }: Searchable): Words {
  const first = firstName ?? '';
  const last = lastName ?? '';
  const text = `${first} ${last} ${email ?? ''}`;
  const words = [
    ...match(text.replace(apostrophes, ''), wordPattern),
    ...match(text.replace(apostrophes, ' '), wordPattern),
  ];
  const joined = [`${last}${first}`, `${first}${last}`].map((name) => name.replace(/\s/gu, ''));
  const runs = [...joined, email ?? ''].flatMap((part) => match(part, runPattern));
  return { words: distinct(words), runs: distinct(runs) };
}

/** What somebody typed. Every word and every run has to match. */
export function wordsOfQuery(text: string): Words {
  return {
    words: distinct(match(text.replace(apostrophes, ''), wordPattern)),
    runs: distinct(match(text, runPattern)),
  };
}

/** Whether a customer has words that begin with, and runs that contain, everything that was typed. */
export function matches(customer: Words, typed: Words): boolean {
  return (
    typed.words.every((beginning) => customer.words.some((word) => word.startsWith(beginning))) &&
    typed.runs.every((part) => customer.runs.some((run) => run.includes(part)))
  );
}

function match(text: string, pattern: RegExp): string[] {
  return normalise(text).match(pattern) ?? [];
}

function distinct(words: readonly string[]): string[] {
  return [...new Set(words)].slice(0, wordsMax);
}
