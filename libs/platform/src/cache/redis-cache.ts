import type { z } from 'zod';
import type { Redis } from '../redis/redis.ts';
import { Cache } from './cache.ts';

/** The cache of all processes together. While Redis is away nothing is in it, and nothing comes in. */
export class RedisCache extends Cache {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    super();
    this.#redis = redis;
  }

  put(key: string, value: unknown, lifeMs: number): void {
    const text = JSON.stringify(value);
    this.#redis.run((cluster) => cluster.set(key, text, 'PX', lifeMs)).catch(goOn);
  }

  async get<T>(key: string, schema: z.ZodType<T>): Promise<T | undefined> {
    try {
      const text = await this.#redis.run((cluster) => cluster.get(key));
      return text === null ? undefined : schema.safeParse(JSON.parse(text)).data;
    } catch {
      // `Redis` has said in the log that it is away; what is no JSON is none of ours.
      return undefined;
    }
  }

  forget(key: string): void {
    this.#redis.run((cluster) => cluster.del(key)).catch(goOn);
  }
}

/** `Redis` has said so in the log. */
function goOn(): void {}
