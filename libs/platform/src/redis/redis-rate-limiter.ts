import { MemoryRateLimiter } from '../http/memory-rate-limiter.ts';
import type { Count, Limit, RateLimiter } from '../http/rate-limits.ts';
import type { Redis } from './redis.ts';

/** Counts, begins the window with the first, and says how long it still is. */
const script = `
  local count = redis.call('incr', KEYS[1])
  if count == 1 then redis.call('pexpire', KEYS[1], ARGV[1]) end
  return {count, redis.call('pttl', KEYS[1])}
`;

type Counting = { countRequest(key: string, windowMs: number): Promise<[count: number, resetMs: number]> };

/**
 * Counts for all processes together, under `rate_limit:<limit>:<key>`. This process counts by itself too: whoever is over the
 * limit here alone is refused without asking, and while Redis is away that count is the one that holds.
 */
export class RedisRateLimiter implements RateLimiter {
  readonly #redis: Redis;
  readonly #own = new MemoryRateLimiter();

  constructor(redis: Redis) {
    this.#redis = redis;
    redis.define('countRequest', { numberOfKeys: 1, lua: script });
  }

  async count(limit: Limit, key: string | number): Promise<Count> {
    const own = this.#own.count(limit, key);
    if (own.remaining < 0) return own;
    try {
      const [count, resetMs] = await this.#redis.run((cluster) =>
        (cluster as unknown as Counting).countRequest(`rate_limit:${limit.name}:${key}`, limit.windowMs),
      );
      return { remaining: limit.max - count, resetMs: Math.max(0, resetMs) };
    } catch {
      // `Redis` has said so in the log.
      return own;
    }
  }
}
