import { readKeyFile, type KeyFile } from './key-file.ts';
import { keyBytes, KeyError, KeyProvider, type MasterKey } from './key-provider.ts';

/** Master keys from MASTER_KEY_FILE: the default of a self-hosted install. */
export class FileKeyProvider extends KeyProvider {
  readonly #path: string;
  #file: KeyFile;

  /** Throws `KeyError` if the file cannot be used. */
  constructor(path: string) {
    super();
    this.#path = path;
    this.#file = readMasterKeys(path);
  }

  async current(): Promise<MasterKey> {
    const { current } = this.#file;
    return { version: current, key: await this.byVersion(current) };
  }

  async byVersion(version: number): Promise<Buffer> {
    // Another process may have been started with a rotated file already, and this one meets what it wrote.
    if (!this.#file.keys.has(version)) this.#file = readMasterKeys(this.#path);
    const key = this.#file.keys.get(version);
    if (!key) throw new KeyError(`${this.#path} has no key version ${version}`);
    return key;
  }
}

function readMasterKeys(path: string): KeyFile {
  const file = readKeyFile(path);
  for (const [version, key] of file.keys) {
    if (key.length !== keyBytes)
      throw new KeyError(`${path}: key ${version} has ${key.length} bytes instead of ${keyBytes}`);
  }
  return file;
}
