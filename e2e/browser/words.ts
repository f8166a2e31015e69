import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@loyalnest/dev/instance';

type Texts = { [key: string]: string | Texts };

const folders = { dashboard: 'apps/dashboard/src/i18n/locales', widget: 'apps/widget/src/locales' };

/** What a screen says in a language, by the key of the text. What it does not say is a mistake in the test. */
export function wordsOf(screen: keyof typeof folders, locale: string): (key: string) => string {
  const file = join(root, folders[screen], `${locale}.json`);
  const texts = JSON.parse(readFileSync(file, 'utf8')) as Texts;
  return (key) => {
    const found = key
      .split('.')
      .reduce<string | Texts | undefined>(
        (place, part) => (typeof place === 'object' ? place[part] : undefined),
        texts,
      );
    if (typeof found !== 'string') throw new Error(`${locale} has no text ${key}`);
    return found;
  };
}

/** Such a text, whatever it says in place of its values. */
export function anyValues(text: string): RegExp {
  const escape = (part: string) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(
    text
      .split(/\{\{\w+\}\}/)
      .map(escape)
      .join('.+'),
  );
}
