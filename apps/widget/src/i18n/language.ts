/** English is what remains when a language is not there. */
const fallback = 'en';
/** Codes that changed, and scripts that say what a region would. */
const otherNames: Readonly<Record<string, string>> = { iw: 'he', in: 'id', 'zh-hans': 'zh-CN', zh: 'zh-CN' };

const rightToLeft = ['ar', 'fa', 'he'];

/** `language` names a file of ours, `locale` how numbers and dates are written. */
export type Language = { language: string; locale: string; direction: 'ltr' | 'rtl' };

/** The first of `wanted` that we speak, be it in another region's manner. */
export function pickLanguage(wanted: readonly string[], known: readonly string[]): Language {
  for (const tag of wanted) {
    const locale = tag.trim().replaceAll('_', '-');
    const parts = locale.toLowerCase().split('-');
    for (let length = parts.length; length > 0; length -= 1) {
      const part = parts.slice(0, length).join('-');
      const name = otherNames[part] ?? part;
      const language = known.find((one) => one.toLowerCase() === name.toLowerCase());
      if (language) return { language, locale: isLocale(locale) ? locale : language, direction: directionOf(language) };
    }
  }
  return { language: fallback, locale: fallback, direction: directionOf(fallback) };
}

function directionOf(language: string): Language['direction'] {
  return rightToLeft.includes(language) ? 'rtl' : 'ltr';
}

/** A theme may write anything into its `lang`; `Intl` throws at what is none. */
function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
