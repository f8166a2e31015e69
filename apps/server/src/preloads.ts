import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the dashboard's build says that pages and languages need besides the files that its document names. */
type Preloads = {
  /** By address; a part that begins with a colon stands for anything. */
  pages: Readonly<Record<string, readonly string[]>>;
  languages: Readonly<Record<string, readonly string[]>>;
};

/** In which texts are shown when nobody asks for others. */
const defaultLanguage = 'en';

/** Gives the links that a page's document begins with in a language, so that nothing of it is asked for a round trip later. */
export function readPreloads(folder: string): (pathname: string, locale: string | null) => string {
  const file = join(folder, 'preloads.json');
  if (!existsSync(file)) return () => '';
  const { pages, languages } = JSON.parse(readFileSync(file, 'utf8')) as Preloads;
  const byAddress = Object.entries(pages).map(([path, files]) => ({ parts: path.split('/'), files }));
  return (pathname, locale) => {
    const parts = pathname.split('/');
    const page = byAddress.find((candidate) => isAt(candidate.parts, parts));
    const [base = ''] = (locale ?? '').toLowerCase().split('-');
    const texts = Object.hasOwn(languages, base) ? languages[base] : languages[defaultLanguage];
    return [...(page?.files ?? []), ...(texts ?? [])].map(link).join('');
  };
}

function isAt(pattern: readonly string[], parts: readonly string[]): boolean {
  return pattern.length === parts.length && pattern.every((part, nth) => part.startsWith(':') || part === parts[nth]);
}

function link(file: string): string {
  return `<link rel="modulepreload" crossorigin href="/${file}">`;
}
