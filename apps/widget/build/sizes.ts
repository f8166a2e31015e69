import { gzipSync } from 'node:zlib';
import type { Plugin, Rolldown } from 'vite';

/** What a storefront pays on every page, and what a shopper pays who opens the panel; gzip, in bytes. */
export const loaderMax = 5 * 1024;
export const openedMax = 30 * 1024;

type Bundle = Readonly<Record<string, Rolldown.OutputChunk | Rolldown.OutputAsset>>;
export type Sizes = { loader: number; opened: number; largestLanguage: string };

/** Prints what the widget weighs, and ends the build when it is too much. */
export function sizeLimits(): Plugin {
  return {
    name: 'size-limits',
    apply: 'build',
    generateBundle(_options, bundle) {
      const { loader, opened, largestLanguage } = measure(bundle);
      const opening = `opened, in the longest language (${largestLanguage}): ${kilobytes(opened)} of ${kilobytes(openedMax)}`;
      this.info(`gzip: loader ${kilobytes(loader)} of ${kilobytes(loaderMax)}; ${opening}`);
      if (loader > loaderMax) this.error(`The loader is ${loader} bytes, more than ${loaderMax}.`);
      if (opened > openedMax) this.error(`The opened panel is ${opened} bytes, more than ${openedMax}.`);
      for (const chunk of chunksOf(bundle)) {
        // The loader's address has no hash and may carry a query: who imports it may run a second one.
        if (chunk.imports.includes('loader.js')) this.error(`${chunk.fileName} imports the loader.`);
      }
    },
  };
}

/** An opened panel is the loader, the panel with all it imports, and one language: the largest counts. */
function measure(bundle: Bundle): Sizes {
  const chunks = chunksOf(bundle);
  const languages = chunks.filter((chunk) => chunk.facadeModuleId?.includes('/locales/'));
  const largest = languages.reduce((one, other) => (gzipSize(other) > gzipSize(one) ? other : one));
  const opened = chunks.filter((chunk) => !languages.includes(chunk) || chunk === largest);
  return {
    loader: chunks.filter((chunk) => chunk.isEntry).reduce((sum, chunk) => sum + gzipSize(chunk), 0),
    opened: opened.reduce((sum, chunk) => sum + gzipSize(chunk), 0),
    largestLanguage: largest.name,
  };
}

function chunksOf(bundle: Bundle): Rolldown.OutputChunk[] {
  return Object.values(bundle).filter((file) => file.type === 'chunk');
}

function gzipSize(chunk: Rolldown.OutputChunk): number {
  return gzipSync(chunk.code, { level: 9 }).length;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} kB`;
}
