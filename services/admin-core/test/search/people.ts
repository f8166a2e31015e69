import fc from 'fast-check';

/** Words of the scripts that shops meet. */
export const aWord = fc.oneof(
  fc.stringMatching(/^[a-z]{1,12}$/),
  fc.stringMatching(/^[A-ZÄÖÜÉÈÑŁØa-zäöüßéèñłø]{2,12}$/),
  fc.stringMatching(/^[\u0391-\u03a1\u03a3-\u03c9]{2,9}$/u),
  fc.stringMatching(/^[\u0410-\u044f]{2,9}$/u),
  fc.stringMatching(/^[\u0627-\u064a]{2,9}$/u),
  fc.stringMatching(/^[\u4e00-\u4fff]{1,4}$/u),
  fc.stringMatching(/^[\u3041-\u3096\u30a1-\u30fa]{1,6}$/u),
  fc.stringMatching(/^[\uac00-\ud7a3]{1,4}$/u),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter(isWord),
);

/** What somebody types to find a word: each of its beginnings from two letters on, accents with their letter. */
export function beginningsOf(word: string): string[] {
  const letters = lettersOf(word);
  return letters.slice(1).map((_, index) => letters.slice(0, index + 2).join(''));
}

function lettersOf(word: string): string[] {
  return [...new Intl.Segmenter().segment(word)].map(({ segment }) => segment);
}

/** Parts of Korean syllables, which join their neighbours when they are normalised. Names are written in whole ones. */
const isPartOfSyllable = /[\u1100-\u11ff\u3131-\u318e\ua960-\ua97f\ud7b0-\ud7ff\uffa0-\uffdc]/u;

/** Letters and digits and nothing else, each with its accents; also behind what Unicode only has for old character sets. */
function isWord(text: string): boolean {
  const isLetter = (letter: string) =>
    /^[\p{L}\p{N}]\p{M}*$/u.test(letter) && /^[\p{L}\p{N}]+\p{M}*$/u.test(letter.normalize('NFKD'));
  return !/ʼ/u.test(text) && !isPartOfSyllable.test(text) && lettersOf(text).every(isLetter);
}
