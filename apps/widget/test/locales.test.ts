import { checkTexts, describeFindings, type Texts } from '@loyalnest/check/i18n';
import { expect, it } from 'vitest';

const locales = import.meta.glob<Texts>('../src/locales/*.json', { eager: true, import: 'default' });
const sources = import.meta.glob<string>(['../src/**/*.{ts,tsx}', '../build/*.ts'], {
  eager: true,
  import: 'default',
  query: '?raw',
});

/** Languages that have to be complete; who has another one in the theme reads English until somebody adds it. */
const complete = ['en', 'es', 'fr', 'de', 'pt', 'ja', 'ar'];
const frenchWord = 'the French word';

it('says everything in every language, and asks for nothing that is not there', () => {
  const texts = Object.entries(locales).map(([path, text]) => [/([\w-]+)\.json$/.exec(path)?.[1] ?? path, text]);
  const findings = checkTexts({
    texts: Object.fromEntries(texts) as Record<string, Texts>,
    languages: complete,
    sources: Object.entries(sources).map(([path, text]) => ({ path, text })),
    sameAsEnglish: {
      'fr:points_one': frenchWord,
      'fr:points_other': frenchWord,
      'fr:pointsWord_one': frenchWord,
      'fr:pointsWord_many': frenchWord,
      'fr:pointsWord_other': frenchWord,
      'de:history.bonus': 'the German word',
    },
  });
  expect(describeFindings(findings)).toEqual([]);
});
