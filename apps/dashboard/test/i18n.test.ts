import { expect, it } from 'vitest';
import { checkTexts, describeFindings, type Texts } from '@loyalnest/check/i18n';
import { dynamicKeys, sameAsEnglish } from './i18n-exceptions.ts';

const locales = import.meta.glob<Texts>('../src/i18n/locales/*.json', { eager: true, import: 'default' });
const sources = import.meta.glob<string>('../src/**/*.{ts,tsx}', { eager: true, import: 'default', query: '?raw' });

/** Languages that have to be complete; the others fall back until somebody has translated them. */
const complete = ['en', 'es', 'fr', 'de', 'pt', 'ja', 'ar'];

it('has every text in every language, none too many, and all of them well-formed', () => {
  const texts = Object.entries(locales).map(([path, text]) => [/([\w-]+)\.json$/.exec(path)?.[1] ?? path, text]);
  const findings = checkTexts({
    texts: Object.fromEntries(texts) as Record<string, Texts>,
    languages: complete,
    sources: Object.entries(sources).map(([path, text]) => ({ path, text })),
    dynamic: dynamicKeys,
    sameAsEnglish,
  });
  expect(describeFindings(findings)).toEqual([]);
});
