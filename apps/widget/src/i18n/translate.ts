import type { Language } from './language.ts';
import type english from '../locales/en.json';

/** A language's file: sentences, some in the forms that its plurals need. */
export type Messages = { [name: string]: string | Messages };
type Plural = 'zero' | 'one' | 'two' | 'few' | 'many' | 'other';
type Paths<T> = {
  [Name in keyof T & string]: T[Name] extends string
    ? Name extends `${infer Base}_${Plural}`
      ? Base
      : Name
    : `${Name}.${Paths<T[Name]>}`;
}[keyof T & string];
export type MessageKey = Paths<typeof english>;
export type Translate = (key: MessageKey, values?: Readonly<Record<string, string>>) => string;

/** Finds the sentence and puts the values in. A key that is missing shows itself: a test sees to it that none is. */
export function createTranslate(messages: Messages, { direction }: Pick<Language, 'direction'>): Translate {
  return (key, values = {}) => fill(find(messages, key) ?? key, values, direction);
}

/** The form of `key` that goes with `count`, with the count as it is `written`. */
export function createPlural(messages: Messages, rules: Intl.PluralRules, { direction }: Pick<Language, 'direction'>) {
  return (key: MessageKey, count: number, written: string): string => {
    const form = find(messages, `${key}_${rules.select(count)}`) ?? find(messages, `${key}_other`) ?? key;
    return fill(form, { count: written }, direction);
  };
}

function find(messages: Messages, key: string): string | undefined {
  let found: string | Messages | undefined = messages;
  for (const name of key.split('.')) found = typeof found === 'object' ? found[name] : undefined;
  return typeof found === 'string' ? found : undefined;
}

function fill(sentence: string, values: Readonly<Record<string, string>>, direction: Language['direction']): string {
  return sentence.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : isolate(value, direction);
  });
}

/**
 * Keeps "#1042" and "+37" in one piece: among letters that run from right to left, their signs would jump to the other end.
 * The two characters are Unicode's, and are not seen.
 */
export function isolate(value: string, direction: Language['direction']): string {
  return direction === 'rtl' ? `\u2068${value}\u2069` : value;
}
