import { fileURLToPath } from 'node:url';
import optimizeLocales from '@react-aria/optimize-locales-plugin';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** React Aria brings its own words in 30 languages; these are the ones that the dashboard is in. */
const locales = ['en-US', 'es-ES', 'fr-FR', 'de-DE', 'pt-BR', 'ja-JP', 'ar-AE'];

/** What most visits need besides the entry: the page that they begin with, and the texts that every language falls back to. */
const firstNeeded = ['src/pages/welcome/WelcomePage.tsx', 'src/i18n/locales/en.json'];

/** Code of others that every page runs on; it stays in browsers' caches while ours changes. */
const vendor =
  /node_modules[\\/](react|react-dom|scheduler|react-router|i18next|react-i18next|@tanstack[\\/](react-query|query-core))[\\/]/;

/** Ours that every page begins with. What only forms, tables and dialogs need comes with the pages that have them. */
const parts = 'badge|banner|button|card|empty-state|error-state|icon|link|metric|page|skeleton|tabs|texts|toast';
const frame = new RegExp(
  String.raw`libs[\\/]ui[\\/]src[\\/](${parts})\.tsx$|apps[\\/]dashboard[\\/]src[\\/](api|shell|shopify|i18n)[\\/](?!SaveBar|locales)|vite[\\/]preload-helper`,
);

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  plugins: [react(), tailwindcss(), { ...optimizeLocales.vite({ locales }), enforce: 'pre' }, preloadFirst()],
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
            { name: 'vendor', test: vendor, priority: 2 },
            { name: 'frame', test: frame, priority: 1 },
          ],
        },
      },
    },
  },
});

/** Names in the page the files that only its code would ask for, so that they come together with it and not a round trip later. */
function preloadFirst(): Plugin {
  return {
    name: 'preload-first',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {} }) {
        const files = new Set<string>();
        for (const chunk of Object.values(bundle)) {
          if (chunk.type !== 'chunk') continue;
          if (!firstNeeded.some((source) => chunk.moduleIds.some((id) => id.endsWith(`/apps/dashboard/${source}`))))
            continue;
          for (const file of [chunk.fileName, ...chunk.imports]) files.add(file);
        }
        return [...files]
          .filter((file) => !html.includes(file))
          .map((file) => ({
            tag: 'link',
            attrs: { rel: 'modulepreload', crossorigin: true, href: `/${file}` },
            injectTo: 'head' as const,
          }));
      },
    },
  };
}
