import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

/** JavaScript of a page when nothing is in the browser's cache, compressed. */
const pageMax = 250_000;

const folder = mkdtempSync(join(tmpdir(), 'loyalnest-dashboard-'));
let named: string[];
let preloads: { pages: Record<string, string[]>; languages: Record<string, string[]> };

beforeAll(async () => {
  // Tests run as `test`, where React would bring what it needs to explain mistakes.
  vi.stubEnv('NODE_ENV', 'production');
  const configFile = fileURLToPath(new URL('../vite.config.ts', import.meta.url));
  await build({ configFile, logLevel: 'silent', build: { outDir: folder } });
  const document = readFileSync(join(folder, 'index.html'), 'utf8');
  named = [...document.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, file = '']) => file);
  preloads = JSON.parse(readFileSync(join(folder, 'preloads.json'), 'utf8')) as typeof preloads;
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const gzipOf = (file: string) => gzipSync(readFileSync(join(folder, file)), { level: 9 }).length;

/** What a file asks for as soon as it runs, and so on. */
function importsOf(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  const code = readFileSync(join(folder, file), 'utf8');
  for (const [, name = ''] of code.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g))
    importsOf(`assets/${name}`, found);
  return found;
}

it('is at most 250 kB for each page in each language, and most of it the same for all', () => {
  const common = named.reduce((sum, file) => sum + gzipOf(file), 0);
  const languages = Object.keys(preloads.languages);
  expect(languages.length).toBeGreaterThanOrEqual(7);
  for (const [page, files] of Object.entries(preloads.pages)) {
    for (const language of languages) {
      const own = [...files, ...(preloads.languages[language] ?? [])].reduce((sum, file) => sum + gzipOf(file), 0);
      expect(common + own, `${page} in ${language}`).toBeLessThanOrEqual(pageMax);
      expect(own, `${page} in ${language}`).toBeLessThan(common);
    }
  }
});

it('names in the document everything that the first page asks for', () => {
  for (const [page, files] of Object.entries(preloads.pages)) {
    const asked = [...named, ...files].flatMap((file) => [...importsOf(file)]);
    expect([...new Set(asked)].sort(), page).toEqual([...new Set([...named, ...files])].sort());
  }
});

it('knows every page that there is a route for', () => {
  const routes = readFileSync(new URL('../src/routes.tsx', import.meta.url), 'utf8');
  const paths = [...routes.matchAll(/^ {2}'(\/[^']*)': async/gm)].map(([, path]) => path);
  expect(paths.length).toBeGreaterThan(0);
  expect(Object.keys(preloads.pages).sort()).toEqual(paths.sort());
});

it('leaves the schemas of the contracts to the server', () => {
  const scripts = readdirSync(join(folder, 'assets')).filter((name) => name.endsWith('.js'));
  for (const name of scripts) {
    expect(readFileSync(join(folder, 'assets', name), 'utf8'), name).not.toContain('ZodError');
  }
});
