import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { launcherWords } from './build/launcher-words.ts';
import { sizeLimits } from './build/sizes.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  // Chunks are found beside the loader, wherever the shop's app proxy puts it.
  base: './',
  plugins: [launcherWords(here('src/locales')), sizeLimits()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: here('dist'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    // As a library the imports stay as they are written: nothing puts preloads into the shop's page, and the code for that
    // does not become something that loader and panel share.
    lib: { entry: { loader: here('src/loader.ts') }, formats: ['es'] },
    rolldownOptions: {
      output: {
        minify: true,
        entryFileNames: '[name].js',
        chunkFileNames: '[name]-[hash].js',
        assetFileNames: '[name]-[hash][extname]',
      },
    },
  },
});
