export type Key = number | string;

/** A map whose changes are reported, so that they can be written to disk. */
export class Collection<V> {
  readonly kind: string;
  /** Grows with every change. */
  version = 0;
  readonly #items = new Map<Key, V>();
  readonly #changed: (kind: string, key: Key) => void;

  constructor(kind: string, changed: (kind: string, key: Key) => void) {
    this.kind = kind;
    this.#changed = changed;
  }

  get size(): number {
    return this.#items.size;
  }

  find(key: Key): V | undefined {
    return this.#items.get(key);
  }

  has(key: Key): boolean {
    return this.#items.has(key);
  }

  set(key: Key, value: V): V {
    this.#items.set(key, value);
    this.version++;
    this.#changed(this.kind, key);
    return value;
  }

  delete(key: Key): boolean {
    const existed = this.#items.delete(key);
    if (existed) {
      this.version++;
      this.#changed(this.kind, key);
    }
    return existed;
  }

  clear(): void {
    for (const key of [...this.#items.keys()]) this.delete(key);
  }

  values(): IterableIterator<V> {
    return this.#items.values();
  }

  /** Puts back what was read from disk. */
  restore(key: Key, value: V): void {
    this.#items.set(key, value);
  }
}
