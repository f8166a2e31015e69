import { UserError } from '@loyalnest/dev/errors';
import type { KeyFile } from '@loyalnest/platform/crypto/key-file';
import { open, seal } from '../seal/seal.ts';
import type { StoredObject, Target } from './target.ts';

/** A target that sees nothing but names and sizes: all content is encrypted here, and proved genuine when it comes back. */
export class SealedTarget {
  readonly #target: Target;
  readonly #keys: KeyFile;

  constructor(target: Target, keys: KeyFile) {
    this.#target = target;
    this.#keys = keys;
  }

  get address(): string {
    return this.#target.address;
  }

  /** Returns how many bytes are stored. */
  async put(name: string, plain: Buffer): Promise<number> {
    const sealed = await seal(this.#keys, name, plain);
    await this.#target.put(name, sealed);
    return sealed.length;
  }

  async get(name: string): Promise<Buffer> {
    const plain = await this.find(name);
    if (!plain) throw new UserError(`${name} is missing from ${this.address}`);
    return plain;
  }

  async find(name: string): Promise<Buffer | undefined> {
    const sealed = await this.#target.get(name);
    return sealed && open(this.#keys, name, sealed);
  }

  list(prefix: string): Promise<StoredObject[]> {
    return this.#target.list(prefix);
  }

  remove(names: readonly string[]): Promise<void> {
    return names.length === 0 ? Promise.resolve() : this.#target.remove(names);
  }
}
