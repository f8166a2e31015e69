import { fileURLToPath } from 'node:url';
import optimizeLocales from '@react-aria/optimize-locales-plugin';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** React Aria brings its own words in 30 languages; these are the ones that the dashboard is in. */
const locales = ['en-US', 'es-ES', 'fr-FR', 'de-DE', 'pt-BR', 'ja-JP', 'ar-AE'];

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  plugins: [react(), tailwindcss(), { ...optimizeLocales.vite({ locales }), enforce: 'pre' }],
  build: {
    outDir: 'dist',
    assetsDir: 'assets',
    target: 'es2024',
    // A file in the page's text cannot be cached, and the content security policy allows no `data:` fonts or scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
