import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loaderMax, openedMax } from '../build/sizes.ts';

const folder = mkdtempSync(join(tmpdir(), 'loyalnest-widget-'));
const read = (name: string) => readFileSync(join(folder, name));
const gzipOf = (name: string) => gzipSync(read(name), { level: 9 }).length;
const scripts = () => readdirSync(folder).filter((name) => name.endsWith('.js'));

beforeAll(async () => {
  const configFile = fileURLToPath(new URL('../vite.config.ts', import.meta.url));
  await build({ configFile, logLevel: 'silent', build: { outDir: folder } });
});
afterAll(() => rmSync(folder, { recursive: true }));

it('is light: a loader of at most 5 kB, and at most 30 kB once opened, in every language', () => {
  const languages = scripts().filter((name) => /^[a-z]{2}(-[A-Z]{2})?-/.test(name));
  const others = scripts().filter((name) => !languages.includes(name));
  expect(languages.length).toBeGreaterThanOrEqual(7);
  expect(gzipOf('loader.js')).toBeLessThanOrEqual(loaderMax);
  for (const language of languages) {
    const opened = [...others, language].reduce((sum, name) => sum + gzipOf(name), 0);
    expect(opened, language).toBeLessThanOrEqual(openedMax);
  }
});

it('gives every file but the loader a name that changes with it', () => {
  const unhashed = scripts().filter((name) => !/-[\w-]{8}\.js$/.test(name));
  expect(unhashed).toEqual(['loader.js']);
});

it('loads nothing with the loader, and needs neither inline styles nor eval', () => {
  const loader = read('loader.js').toString();
  expect(loader).not.toMatch(/^\s*import[ {"'`]|;import[ {"'`]/m);
  for (const name of scripts()) {
    const code = read(name).toString();
    expect(code).not.toMatch(/\beval\(|new Function\(|style=/);
    expect(code, 'the schemas of the contracts stay out').not.toContain('discriminatedUnion');
  }
  expect(existsSync(join(folder, 'loader.css'))).toBe(false);
});
