/** Entries of a generation. Balances in two of them take 15 MB, and nothing before anybody asked. */
const entriesMax = 25_000;

/**
 * A map that holds the last entries, and no more of them than is good. They are thrown away by generations, so that none has a
 * timer and none has to be looked for: an entry stays for as long as one generation takes to fill, or to grow old.
 */
export class LastEntries<K extends string | number, V> {
  #young = new Map<K, V>();
  #old = new Map<K, V>();
  readonly #ageMaxMs: number;
  #bornMs = 0;

  constructor(ageMaxMs: number) {
    this.#ageMaxMs = ageMaxMs;
  }

  get(key: K): V | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  set(key: K, value: V): void {
    const nowMs = performance.now();
    if (this.#young.size >= entriesMax || nowMs - this.#bornMs >= this.#ageMaxMs) {
      this.#old = this.#young;
      this.#young = new Map<K, V>();
      this.#bornMs = nowMs;
    }
    this.#young.set(key, value);
  }

  delete(key: K): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }
}
