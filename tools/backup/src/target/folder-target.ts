import { randomBytes } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { UserError } from '@loyalnest/dev/errors';
import type { StoredObject, Target } from './target.ts';

/** A folder, best on a disk of its own or mounted from another machine. */
export function folderTarget(folder: string): Target {
  return {
    address: folder,
    async put(name, body) {
      const file = join(folder, name);
      const draft = `${file}.${randomBytes(6).toString('hex')}.draft`;
      try {
        await mkdir(dirname(file), { recursive: true, mode: 0o700 });
        await writeDurably(draft, body);
        await rename(draft, file);
        await syncFolder(dirname(file));
      } catch (error) {
        await rm(draft, { force: true }).catch(() => undefined);
        await removeIfEmpty(dirname(file)).catch(() => undefined);
        throw explain(error, folder);
      }
    },
    async get(name) {
      try {
        return await readFile(join(folder, name));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async list(prefix) {
      // A prefix may end within a name.
      const under = join(folder, prefix.slice(0, prefix.lastIndexOf('/') + 1));
      if (!existsSync(under)) return [];
      const objects = await walk(folder, under);
      return objects.filter(({ name }) => name.startsWith(prefix)).sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    async remove(names) {
      for (const name of names) await rm(join(folder, name), { force: true });
      const parents = new Set(names.map((name) => dirname(join(folder, name))));
      for (const parent of parents) await removeIfEmpty(parent);
    },
  };
}

function explain(error: unknown, folder: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new UserError(`the disk that holds ${folder} is full`, 1, { cause: error });
  if (code === undefined) return error;
  return new UserError(`${folder} cannot be used: ${message}`, 1, { cause: error });
}

async function writeDurably(file: string, body: Buffer): Promise<void> {
  const handle = await open(file, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o600);
  try {
    await handle.writeFile(body);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The name too has to survive a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function walk(root: string, folder: string): Promise<StoredObject[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(
    files.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      return { name: relative(root, path).replaceAll(sep, '/'), bytes: (await stat(path)).size };
    }),
  );
}

async function removeIfEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  });
}
