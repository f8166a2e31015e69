import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

type LockedPackage = {
  /** A workspace of ours: its folder, and nothing else. */
  link?: boolean;
  resolved?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
};

/**
 * Folders below `root`, such as `node_modules/pg`, of every npm package that a workspace needs while it runs: what its
 * package.json and those of our own rooms name as dependencies, and what those need in turn. Our own rooms are not among
 * them, because the bundle contains them.
 */
export function findRuntimePackages(root: string, workspace: string): string[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  const seen = new Set<string>();
  const found: string[] = [];
  const visit = (folder: string): void => {
    if (seen.has(folder)) return;
    seen.add(folder);
    const entry = packages[folder];
    if (!entry) throw new Error(`package-lock.json does not know ${folder}`);
    if (folder.includes('node_modules/') && !isBundled(folder, workspace)) found.push(folder);
    for (const { name, isOptional } of needsOf(entry)) {
      const place = resolvePackage(packages, folder, name);
      if (place === undefined || !existsSync(join(root, place))) {
        // An optional one is for another system, or a feature of the package that we do not use.
        if (isOptional) continue;
        throw new Error(`${folder} needs ${name}, which is not installed; ./dev.sh installs what the lockfile says`);
      }
      visit(place);
    }
  };
  visit(workspace);
  return found.sort();
}

/**
 * A version that only one room needs lies below that room, where the bundle would not find it: the bundler takes such a
 * package in (`apps/server/rolldown.config.ts`).
 */
function isBundled(folder: string, workspace: string): boolean {
  return !folder.startsWith('node_modules/') && !folder.startsWith(`${workspace}/node_modules/`);
}

function needsOf(entry: LockedPackage): { name: string; isOptional: boolean }[] {
  const optional = Object.keys(entry.optionalDependencies ?? {});
  const peers = Object.keys(entry.peerDependencies ?? {}).filter(
    (name) => entry.peerDependenciesMeta?.[name]?.optional !== true,
  );
  const required = [...Object.keys(entry.dependencies ?? {}), ...peers].filter((name) => !optional.includes(name));
  return [
    ...required.map((name) => ({ name, isOptional: false })),
    ...optional.map((name) => ({ name, isOptional: true })),
  ];
}

/** As Node does it: the nearest `node_modules` upwards that has the package. */
function resolvePackage(packages: Record<string, LockedPackage>, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = parentOf(folder)) {
    const place = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    const entry = packages[place];
    if (entry?.link) return entry.resolved;
    if (entry) return place;
    if (folder === '') return undefined;
  }
}

/** The folder whose `node_modules` is looked into next. */
function parentOf(folder: string): string {
  const nested = folder.lastIndexOf('/node_modules/');
  return nested === -1 ? '' : folder.slice(0, nested);
}
