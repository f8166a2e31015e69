import { readFileSync } from 'node:fs';

const IMPORT = /^import [^;]*;$/gm;
const EXPORT = /^export (?=(async |)function |const |let |class )/gm;

/**
 * Modules that import each other as one script of its own scope, without a bundler: they are put one after the other,
 * each after those that it imports. Names must therefore differ between them, which a test sees to.
 */
export function browserScript(folder: URL, files: readonly string[]): string {
  const parts = files.map((file) =>
    readFileSync(new URL(file, folder), 'utf8').replace(IMPORT, '').replace(EXPORT, '').trim(),
  );
  return `(() => {\n'use strict';\n${parts.join('\n\n')}\n})();\n`;
}
