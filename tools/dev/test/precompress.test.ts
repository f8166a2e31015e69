import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { precompress } from '../src/precompress.ts';

const folder = mkdtempSync(join(tmpdir(), 'loyalnest-precompress-'));
const read = (name: string) => readFileSync(join(folder, name));
afterAll(() => rmSync(folder, { recursive: true }));

it('puts each text file compressed beside itself, and leaves what is small or no text', () => {
  const text = 'a line that comes again and again\n'.repeat(100);
  for (const name of ['panel-abc.js', 'styles.css', 'font.woff2']) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'tiny.js'), 'export {}');
  precompress(folder);
  for (const name of ['panel-abc.js', 'styles.css']) {
    expect(gunzipSync(read(`${name}.gz`)).toString()).toBe(text);
    expect(brotliDecompressSync(read(`${name}.br`)).toString()).toBe(text);
  }
  const others = ['font.woff2', 'tiny.js'].flatMap((name) => [`${name}.gz`, `${name}.br`]);
  expect(others.filter((name) => existsSync(join(folder, name)))).toEqual([]);
});
