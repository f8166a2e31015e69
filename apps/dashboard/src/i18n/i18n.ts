import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { defaultLanguage, directionOf, languageChain, type Language } from './languages.ts';

/** A file per language, loaded when it is needed. A new file makes its language available. */
const files = import.meta.glob<{ default: Record<string, unknown> }>('./locales/*.json');

/** Keys that no language had, so that a test or a person with the console open sees them. */
export const missingKeys = new Set<string>();

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
    interpolation: { escapeValue: false },
    returnNull: false,
    saveMissing: true,
    missingKeyHandler: (_languages, _namespace, key) => missingKeys.add(key),
    react: { useSuspense: false, bindI18nStore: 'added' },
  });
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
  whenIdle(() => void addAll(fallbacks));
  return language;
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
