import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { defaultLanguage, directionOf, languageChain, type Language } from './languages.ts';

/** A file per language, loaded when it is needed. A new file makes its language available. */
const files = import.meta.glob<{ default: Record<string, unknown> }>('./locales/*.json');

/**
 * Starts with the texts of one language, because the first page waits for them. The fallbacks follow when the browser has
 * time; `tags` are what the person asks for, best first: the admin's language, then the browser's.
 */
export async function startI18n(tags: readonly string[]): Promise<Language> {
  const chain = languageChain(tags, (language) => fileOf(language) !== undefined);
  const [language = defaultLanguage, ...fallbacks] = chain;
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: fallbacks,
    resources: { [language]: { translation: await load(language) } },
    partialBundledLanguages: true,
    load: 'currentOnly',
    interpolation: { escapeValue: true, escape: (value: string) => isolated(value, directionOf(language)) },
    returnNull: false,
    saveMissing: true,
    // Reaches the console and whoever listens for errors, such as a test in a browser; the page goes on.
    missingKeyHandler: (_languages, _namespace, key) => reportError(new Error(`no language has the text ${key}`)),
    react: { useSuspense: false, bindI18nStore: 'added' },
  });
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
  whenIdle(() => void addAll(fallbacks));
  return language;
}

/**
 * React escapes what it renders, so nothing is left to do but this: where text runs from right to left, a Latin name or a date
 * in a sentence would pull its neighbours around. Unicode's isolates keep each value to itself.
 */
function isolated(value: string, direction: 'ltr' | 'rtl'): string {
  return direction === 'rtl' ? `\u2068${value}\u2069` : value;
}

async function addAll(fallbacks: readonly Language[]): Promise<void> {
  for (const language of fallbacks) {
    // A fallback that does not load leaves keys where texts would be; it must not take the page with it.
    const texts = await load(language).catch(() => undefined);
    if (texts) i18next.addResourceBundle(language, 'translation', texts);
  }
}

function fileOf(language: Language) {
  return files[`./locales/${language}.json`];
}

async function load(language: Language): Promise<Record<string, unknown>> {
  const file = fileOf(language);
  if (!file) throw new Error(`no texts in ${language}`);
  return (await file()).default;
}

function whenIdle(work: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(work, { timeout: 5_000 });
  else setTimeout(work, 2_000);
}
