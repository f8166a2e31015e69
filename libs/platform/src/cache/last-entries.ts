/** Entries of a generation. Balances in two of them take 15 MB, and nothing before anybody asked. */
const entriesMax = 25_000;

/**
 * A map that holds the last entries, and no more of them than is good. They are thrown away by generations, so that none has a
 * timer and none has to be looked for: an entry stays for as long as one generation takes to fill, or to grow old.
 */
export class LastEntries<V> {
  #young = new Map<string, V>();
  #old = new Map<string, V>();
  readonly #ageMaxMs: number;
  #bornMs = 0;

  constructor(ageMaxMs: number) {
    this.#ageMaxMs = ageMaxMs;
  }

  get(key: string): V | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  set(key: string, value: V): void {
    const nowMs = performance.now();
    if (this.#young.size >= entriesMax || nowMs - this.#bornMs >= this.#ageMaxMs) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#bornMs = nowMs;
    }
    this.#young.set(key, value);
  }

  delete(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }
}
