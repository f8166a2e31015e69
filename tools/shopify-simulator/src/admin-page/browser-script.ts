import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

export type Script = { text: string; zipped: Buffer };

const IMPORT = /^import [^;]*;$/gm;
const EXPORT = /^export (?=(async |)function |const |let |class )/gm;

/**
 * Modules that import each other as one script of its own scope, without a bundler: they are put one after the other,
 * each after those that it imports. Names must therefore differ between them, which a test sees to.
 */
export function browserScript(folder: URL, files: readonly string[]): Script {
  const parts = files.map((file) =>
    readFileSync(new URL(file, folder), 'utf8').replace(IMPORT, '').replace(EXPORT, '').trim(),
  );
  const text = `(() => {\n'use strict';\n${parts.join('\n\n')}\n})();\n`;
  return { text, zipped: gzipSync(text) };
}
