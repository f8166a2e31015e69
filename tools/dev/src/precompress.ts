import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** Below this the headers weigh more than what is saved. */
const bytesMin = 1_024;

/** Puts a `.br` and a `.gz` beside each text file of a folder, made once with all effort: the server compresses nothing. */
export function precompress(folder: string): void {
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  for (const name of globSync('**/*.{js,css,svg,json}', { cwd: folder })) {
    const file = join(folder, name);
    const source = readFileSync(file);
    if (source.length < bytesMin || existsSync(`${file}.br`)) continue;
    writeFileSync(`${file}.gz`, gzipSync(source, { level: constants.Z_BEST_COMPRESSION }));
    writeFileSync(`${file}.br`, brotliCompressSync(source, { params }));
  }
}
