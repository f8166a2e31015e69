import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserFile } from './send-file.ts';

/** A name without folders, of what a build makes for a browser. */
const namePattern = /^[A-Za-z0-9][\w-]*(\.[\w-]+)*\.(js|css|svg|woff2|json)$/;
const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
  json: 'application/json',
};
/** A build has fewer files; with names that change from build to build, those before are not kept for good. */
const keptMax = 200;

type Kept = { file: BrowserFile; modifiedMs: number };

/** The built storefront script, in memory: a few small files that every visitor of every shop asks for. */
export class WidgetFiles {
  readonly #folder: string | undefined;
  readonly #kept = new Map<string, Kept>();

  /** Without a folder there are no files. */
  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /** The file as it is now: a build that takes the place of another is seen at once. */
  async find(name: string): Promise<BrowserFile | undefined> {
    const ending = namePattern.exec(name)?.[2];
    if (this.#folder === undefined || ending === undefined) return undefined;
    const path = join(this.#folder, name);
    const modifiedMs = await stat(path).then(
      (found) => found.mtimeMs,
      () => undefined,
    );
    if (modifiedMs === undefined) return undefined;
    const kept = this.#kept.get(name);
    if (kept?.modifiedMs === modifiedMs) return kept.file;
    const file = await read(path, types[ending] ?? 'application/octet-stream');
    if (this.#kept.size >= keptMax) this.#kept.clear();
    this.#kept.set(name, { file, modifiedMs });
    return file;
  }
}

async function read(path: string, type: string): Promise<BrowserFile> {
  const [bytes, brotli, gzip] = await Promise.all([
    readFile(path),
    readFile(`${path}.br`).catch(() => undefined),
    readFile(`${path}.gz`).catch(() => undefined),
  ]);
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return { type, etag, bytes, brotli, gzip };
}
