import type { z } from 'zod';
import { Cache } from './cache.ts';
import { LastEntries } from './last-entries.ts';

const dayMs = 24 * 60 * 60 * 1_000;

type Entry = { value: unknown; endMs: number };

/** The cache of one process, for as long as that lives. */
export class MemoryCache extends Cache {
  readonly #entries = new LastEntries<string, Entry>(dayMs);

  put(key: string, value: unknown, lifeMs: number): void {
    this.#entries.set(key, { value, endMs: performance.now() + lifeMs });
  }

  async get<T>(key: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const entry = this.#entries.get(key);
    if (!entry || performance.now() >= entry.endMs) return undefined;
    return schema.safeParse(entry.value).data;
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }
}
