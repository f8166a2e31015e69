import { chownSync, closeSync, fchownSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Account } from '@loyalnest/platform/database/embedded/account';
import type { TarEntry, TarListener } from '../base/tar-reader.ts';

/** Writes what a backup holds into a folder that is new, as files of the user that PostgreSQL will run as. */
export class DataFolderWriter implements TarListener {
  readonly #folder: string;
  readonly #account: Account;
  #file: number | undefined;

  constructor(folder: string, account: Account) {
    this.#folder = folder;
    this.#account = account;
    mkdirSync(folder, { mode: 0o700 });
    this.#own(folder);
  }

  entry({ path, kind }: TarEntry): void {
    if (kind === 'file') this.#file = this.#create(path);
    else if (kind === 'folder') this.#makeFolder(path);
    else throw new Error(`the backup holds the link ${path}, and links are not restored`);
  }

  content(chunk: Buffer): void {
    if (this.#file !== undefined) writeFully(this.#file, chunk);
  }

  end(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  /** A whole file at once, in place of what had the name. */
  write(path: string, content: Buffer): void {
    const file = this.#create(path, 'w');
    try {
      writeFully(file, content);
    } finally {
      closeSync(file);
    }
  }

  #create(path: string, flags = 'wx'): number {
    const file = openSync(join(this.#folder, path), flags, 0o600);
    if (this.#account.kind !== 'self') fchownSync(file, this.#account.uid, this.#account.gid);
    return file;
  }

  #makeFolder(path: string): void {
    const folder = join(this.#folder, path);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#own(folder);
  }

  #own(path: string): void {
    if (this.#account.kind !== 'self') chownSync(path, this.#account.uid, this.#account.gid);
  }
}

function writeFully(file: number, content: Buffer): void {
  for (let at = 0; at < content.length;) at += writeSync(file, content, at);
}
