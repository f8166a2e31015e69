import { MemoryRateLimiter } from '../http/memory-rate-limiter.ts';
import type { Count, Limit, LimitKey, RateLimiter } from '../http/rate-limits.ts';
import type { Redis } from './redis.ts';

/**
 * The share of a limit that a caller may use of this process before the others hear of him. Nearly nobody gets there: asking
 * Redis costs 20 times what counting here does. Each process that he stays below it in adds so much to his limit at most.
 */
const quietShare = 1 / 8;

/** Counts, begins the window with the first, and says how long it still is. */
const script = `
  local count = redis.call('incrby', KEYS[1], ARGV[2])
  if count == tonumber(ARGV[2]) then redis.call('pexpire', KEYS[1], ARGV[1]) end
  return {count, redis.call('pttl', KEYS[1])}
`;

type Counting = {
  countRequests(key: string, windowMs: number, requests: number): Promise<[count: number, resetMs: number]>;
};

/**
 * Counts for all processes together, under `rate_limit:<limit>:<key>`. This process counts by itself too: whoever is over the
 * limit here alone is refused without asking, and while Redis is away that count is the one that holds.
 */
export class RedisRateLimiter implements RateLimiter {
  readonly #redis: Redis;
  readonly #own = new MemoryRateLimiter();

  constructor(redis: Redis) {
    this.#redis = redis;
    redis.define('countRequests', { numberOfKeys: 1, lua: script });
  }

  count(limit: Limit, key: LimitKey): Count | Promise<Count> {
    const own = this.#own.count(limit, key);
    const used = limit.max - own.remaining;
    const quietMax = Math.floor(limit.max * quietShare);
    if (used <= quietMax || own.remaining < 0) return own;
    return this.#countForAll(limit, key, { own, requests: used === quietMax + 1 ? used : 1 });
  }

  async #countForAll(limit: Limit, key: LimitKey, of: { own: Count; requests: number }): Promise<Count> {
    try {
      const [count, resetMs] = await this.#redis.run((cluster) =>
        (cluster as unknown as Counting).countRequests(
          `rate_limit:${limit.name}:${nameOf(key)}`,
          limit.windowMs,
          of.requests,
        ),
      );
      return { remaining: limit.max - count, resetMs: Math.max(0, resetMs) };
    } catch {
      // `Redis` has said so in the log.
      return of.own;
    }
  }
}

function nameOf(key: LimitKey): string {
  return typeof key === 'object' ? `${key.merchantId}:${key.customerId}` : String(key);
}
