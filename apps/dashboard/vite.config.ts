import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import optimizeLocales from '@react-aria/optimize-locales-plugin';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** React Aria brings its own words in 30 languages; these are the ones that the dashboard is in. */
const locales = ['en-US', 'es-ES', 'fr-FR', 'de-DE', 'pt-BR', 'ja-JP', 'ar-AE'];

/** The code that only one page has, by the page's address: the server names it in the document that it sends for that address. */
const pages: Readonly<Record<string, string>> = {
  '/': 'welcome/WelcomePage',
  '/customers': 'customers/CustomersPage',
  '/customers/:customerId': 'customers/CustomerPage',
  '/programme': 'settings/SettingsPage',
  '/activity': 'activity/ActivityPage',
  '/ledger-health': 'ledger-health/LedgerHealthPage',
};

/** Code of others that every page runs on; it stays in browsers' caches while ours changes. */
const vendor =
  /node_modules[\\/](react|react-dom|scheduler|react-router|i18next|react-i18next|@tanstack[\\/](react-query|query-core))[\\/]/;

/** Ours that every page begins with. What only forms, tables and dialogs need comes with the pages that have them. */
const parts = 'badge|banner|button|card|empty-state|error-state|icon|link|metric|page|skeleton|tabs|texts|toast';
const frame = new RegExp(
  String.raw`libs[\\/]ui[\\/]src[\\/](${parts})\.tsx$|apps[\\/]dashboard[\\/]src[\\/](api|shell|shopify|i18n)[\\/](?!SaveBar|locales)|vite[\\/]preload-helper|react-aria[^:]*[\\/]I18nProvider`,
);

/** What pages with a table have in common. */
const lists = new RegExp(
  String.raw`libs[\\/]ui[\\/]src[\\/](data-table|filters|pagination|select)\.tsx$|pages[\\/]customers[\\/](customer-name|use-customer-rows)`,
);

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  plugins: [react(), tailwindcss(), { ...optimizeLocales.vite({ locales }), enforce: 'pre' }, preloads()],
  build: {
    outDir: 'dist',
    assetsDir: 'assets',
    target: 'es2024',
    // A file in the page's text cannot be cached, and the content security policy allows no `data:` fonts or scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // Left alone, what pages share would be twenty small files.
        codeSplitting: {
          groups: [
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/, priority: 3 },
            { name: 'vendor', test: vendor, priority: 2 },
            { name: 'frame', test: frame, priority: 1 },
            { name: 'lists', test: lists },
          ],
        },
      },
    },
  },
});

/**
 * Writes `preloads.json`: what a page and a language need besides what the document names anyway. The server puts it into the
 * document, so that it comes together with the entry and not a round trip later.
 */
function preloads(): Plugin {
  return {
    name: 'preloads',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
        const closureOf = (names: readonly string[]): string[] => {
          const found = new Set<string>();
          const visit = (name: string) => {
            if (found.has(name)) return;
            found.add(name);
            for (const imported of chunks.find(({ fileName }) => fileName === name)?.imports ?? []) visit(imported);
          };
          for (const name of names) visit(name);
          return [...found];
        };
        const named = new Set(closureOf(chunks.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName)));
        const filesFor = (source: string): string[] => {
          const chunk = chunks.find(({ moduleIds }) =>
            moduleIds.some((id) => id.endsWith(`/apps/dashboard/src/${source}`)),
          );
          if (!chunk) throw new Error(`no file of the build has ${source}`);
          return closureOf([chunk.fileName]).filter((name) => !named.has(name));
        };
        const byPage = Object.entries(pages).map(([path, name]) => [path, filesFor(`pages/${name}.tsx`)]);
        const texts = readdirSync(new URL('src/i18n/locales', import.meta.url));
        const byLanguage = texts.map((name) => [name.replace('.json', ''), filesFor(`i18n/locales/${name}`)]);
        const source = JSON.stringify({ pages: Object.fromEntries(byPage), languages: Object.fromEntries(byLanguage) });
        this.emitFile({ type: 'asset', fileName: 'preloads.json', source });
      },
    },
  };
}
