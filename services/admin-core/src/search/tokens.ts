import type { Encryption } from '@loyalnest/platform/crypto/encryption';
import { wordsOf, type Searchable, type Words } from './words.ts';

/** Goes up with every change of the words, tokens or hashes; the job `index-customers` then makes all tokens anew. */
export const searchVersion = 1;

/**
 * Lengths of the beginnings that have a token. What is typed is looked up by the longest of these that it reaches, and the
 * rest is compared after decryption: a token for every length would find no more, and cost half as many rows again.
 */
const prefixLengths = [2, 3, 4, 6, 8];

/** Of a keyed hash of 32 bytes; 48 bits are exact in a number, and two words of one shop hardly ever share one. */
const tokenBytes = 6;

/** Of one customer, as stored. */
export type SearchTokens = { digest: number; tokens: readonly number[] };

/** Tokens depend on the merchant: what two customers share can be seen within a shop only. */
export async function searchTokensOf(
  encryption: Encryption,
  merchantId: number,
  profile: Searchable,
): Promise<SearchTokens> {
  const texts = textsOf(wordsOf(profile)).sort();
  const [digest, ...tokens] = await Promise.all([
    hash(encryption, `customers/${merchantId}/search-digest`, JSON.stringify([searchVersion, texts])),
    ...texts.map((text) => hash(encryption, searchContext(merchantId), text)),
  ]);
  return { digest, tokens: [...new Set(tokens)].sort((a, b) => a - b) };
}

/** Tokens that everybody has who matches what was typed; none if it is too short to be looked up. */
export function queryTokensOf(encryption: Encryption, merchantId: number, typed: Words): Promise<number[]> {
  const beginnings = typed.words.flatMap((word) => prefixesOf(word).slice(-1));
  const texts = [...beginnings, ...typed.runs.flatMap((run) => (lettersOf(run).length === 1 ? [run] : bigramsOf(run)))];
  return Promise.all([...new Set(texts)].map((text) => hash(encryption, searchContext(merchantId), text)));
}

/** What gets a token: beginnings of words; of runs, which are searched from anywhere, each sign and each pair. */
export function textsOf({ words, runs }: Words): string[] {
  return [...new Set([...words.flatMap(prefixesOf), ...runs.flatMap((run) => [...lettersOf(run), ...bigramsOf(run)])])];
}

function prefixesOf(word: string): string[] {
  const letters = lettersOf(word);
  return prefixLengths.filter((length) => length <= letters.length).map((length) => letters.slice(0, length).join(''));
}

function bigramsOf(run: string): string[] {
  const signs = lettersOf(run);
  return signs.slice(1).map((sign, index) => `${signs[index]}${sign}`);
}

/** Words are normalised: each of their letters is one code point, without marks. */
function lettersOf(text: string): string[] {
  return Array.from(text);
}

function searchContext(merchantId: number): string {
  return `customers/${merchantId}/search`;
}

async function hash(encryption: Encryption, context: string, text: string): Promise<number> {
  return (await encryption.hash(text, context)).readUIntBE(0, tokenBytes);
}
