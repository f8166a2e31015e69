import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { settingsQuery } from '../api/programme.ts';
import { useFormats } from './format.ts';
import { merchantsWord } from './points-name.ts';

/** "37 Stars": a number of points under the name that they have in this shop, and the name alone. */
export function usePoints(): {
  points: (count: number) => string;
  signedPoints: (count: number) => string;
  name: string;
} {
  const { t, i18n } = useTranslation();
  const { number, signed } = useFormats();
  const { data } = useQuery(settingsQuery);
  const wordFor = (count: number) => data && merchantsWord(data.settings.pointsName, i18n.language, count);
  const withWord = (count: number, text: string) => {
    const word = wordFor(Math.abs(count));
    return word === undefined ? t('common.points', { count: Math.abs(count), number: text }) : `${text} ${word}`;
  };
  return {
    points: (count) => withWord(count, number(count)),
    signedPoints: (count) => withWord(count, signed(count)),
    // The plain plural: in every language the form of a large round number fits a heading.
    name: capitalized(wordFor(100), i18n.language) ?? t('common.pointsName'),
  };
}

function capitalized(word: string | undefined, language: string): string | undefined {
  if (word === undefined) return undefined;
  const [first = ''] = word;
  return first.toLocaleUpperCase(language) + word.slice(first.length);
}
