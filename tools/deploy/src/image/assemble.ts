import { chmodSync, cpSync, existsSync, globSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensurePages, ensureServerBundle } from '@loyalnest/dev/build';
import { findServices } from '@loyalnest/platform/database/migrate';
import { findRuntimePackages } from './runtime-packages.ts';

/** Where the product lies in the image. Paths below it are those of the repository, so that both find their files alike. */
export const appFolder = 'app';

export type Assembled = { packages: number; bytes: number };

/**
 * Lays the image's files out below `out`, as they will lie below `/`: the bundled programs, the pages, the migrations,
 * the npm packages that the bundle needs, and Node itself, the one of the lockfile. Dockerfile calls it, and so does the
 * test that starts the result.
 */
export async function assemble(options: { root: string; out: string }): Promise<Assembled> {
  const { root, out } = options;
  if (existsSync(out) && readdirSync(out).length > 0) throw new Error(`${out} is not empty`);
  const { signal } = new AbortController();
  await ensureServerBundle(signal);
  await ensurePages(signal);

  const app = join(out, appFolder);
  for (const folder of ['server', 'dashboard', 'widget'].map((name) => `apps/${name}/dist`)) {
    cpSync(join(root, folder), join(app, folder), { recursive: true, filter: (path) => !path.endsWith('.built-from') });
  }
  for (const service of findServices(join(root, 'services'))) {
    const folder = `services/${service}/migrations`;
    cpSync(join(root, folder), join(app, folder), { recursive: true });
  }
  cpSync(join(root, 'apps/server/package.json'), join(app, 'apps/server/package.json'));
  const packages = findRuntimePackages(root, 'apps/server');
  for (const folder of packages) copyPackage(join(root, folder), join(app, folder));

  const node = join(out, 'usr/local/bin/node');
  mkdirSync(dirname(node), { recursive: true });
  cpSync(process.execPath, node, { dereference: true });
  makeReadable(out);
  return { packages: packages.length, bytes: sizeOf(out) };
}

/** What a package carries for people and for compilers. */
const notAtRunTime = /\.(d\.[cm]?ts|map|md|markdown|tsbuildinfo)$/i;

function copyPackage(from: string, to: string): void {
  cpSync(from, to, {
    recursive: true,
    dereference: true,
    // Packages inside are packages of the lockfile themselves, and come on their own if they are needed.
    filter: (path) => path === from || !(path.endsWith('/node_modules') || notAtRunTime.test(path)),
  });
}

/** Readable by any user and writable by none: whoever the container runs as changes nothing. */
function makeReadable(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const isProgram = entry.isDirectory() || (statSync(path).mode & 0o111) !== 0;
    chmodSync(path, isProgram ? 0o555 : 0o444);
  }
  chmodSync(folder, 0o555);
}

function sizeOf(folder: string): number {
  return globSync('**/*', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
