/** The languages of the product, the first being what every text exists in. Those without a file yet fall back. */
export const languages = [
  'en',
  'es',
  'de',
  'ja',
  'fr',
  'pt',
  'ru',
  'it',
  'nl',
  'pl',
  'tr',
  'fa',
  'zh-CN',
  'vi',
  'id',
  'cs',
  'ar',
  'ko',
  'uk',
  'hu',
  'sv',
  'he',
] as const;
export type Language = (typeof languages)[number];

export const defaultLanguage: Language = 'en';
const rightToLeft: ReadonlySet<Language> = new Set(['ar', 'fa', 'he']);

export function directionOf(language: Language): 'ltr' | 'rtl' {
  return rightToLeft.has(language) ? 'rtl' : 'ltr';
}

/** Our language for a tag such as `pt-BR` or `zh-Hans-CN`. */
export function matchLanguage(tag: string): Language | undefined {
  const lower = tag.toLowerCase();
  // Chinese is there in simplified characters only; who reads traditional ones is better served by the next choice.
  if (/^zh\b/.test(lower) && /\b(tw|hk|mo|hant)\b/.test(lower)) return undefined;
  const base = lower.split('-')[0];
  return (
    languages.find((language) => language.toLowerCase() === lower) ??
    languages.find((language) => language.split('-')[0] === base)
  );
}

/** The languages to look for a text in, best first: what the person asks for, in their order, then English. */
export function languageChain(tags: readonly string[], isAvailable: (language: Language) => boolean): Language[] {
  const wanted = tags.flatMap((tag) => matchLanguage(tag) ?? []).filter(isAvailable);
  return [...new Set([...wanted, defaultLanguage])];
}
