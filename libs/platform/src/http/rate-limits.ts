import { AppError } from '@loyalnest/contracts/errors';
import type { Config } from '../config/config.ts';
import type { Redis } from '../redis/redis.ts';
import { MemoryRateLimiter } from './memory-rate-limiter.ts';
import { RedisRateLimiter } from '../redis/redis-rate-limiter.ts';

/** Whose requests are counted: a shop's staff, a signed-in shopper, a shop's other visitors, a shop's sign-ins. */
export type LimitName = 'merchant' | 'shopper' | 'visitors' | 'sign-in';

export type Limit = { name: LimitName; max: number; windowMs: number };

/** Who is counted: a shop, a customer of a shop, or whoever else a text tells from others. */
export type LimitKey = number | string | { readonly merchantId: number; readonly customerId: number };

/** A count after a request: what may still come until the window ends. Below zero: this one was too many. */
export type Count = { remaining: number; resetMs: number };

/** Counts requests by limit and key. It never fails and never waits for long: it stands before every request. */
export type RateLimiter = { count(limit: Limit, key: LimitKey): Count | Promise<Count> };

/** Long enough for a page that asks for many things at once, short enough to wait for. */
const windowMs = 10_000;

/** An answer under way. */
export type Reply = { header(name: string, value: string): unknown };

/**
 * Keeps one shop, or one shopper, from taking the product away from the others. Whoever asks is known before it is counted, so
 * that nobody can use up what is another's. Shopify's webhooks are never counted: orders are money.
 */
export class RateLimits {
  readonly #limiter: RateLimiter;
  readonly #limits: Readonly<Record<LimitName, Limit>>;

  constructor(config: Config, redis: Redis | null) {
    this.#limiter = redis ? new RedisRateLimiter(redis) : new MemoryRateLimiter();
    const of = (name: LimitName, max: number): Limit => ({ name, max, windowMs });
    this.#limits = {
      merchant: of('merchant', config.RATE_LIMIT_MERCHANT),
      shopper: of('shopper', config.RATE_LIMIT_SHOPPER),
      visitors: of('visitors', config.RATE_LIMIT_VISITORS),
      'sign-in': of('sign-in', config.RATE_LIMIT_SIGN_IN),
    };
  }

  /** Counts a request, at once where that can be done here. Throws `too-many-requests`. */
  admit(name: LimitName, key: LimitKey, reply: Reply): void | Promise<void> {
    const limit = this.#limits[name];
    const counted = this.#limiter.count(limit, key);
    if (counted instanceof Promise) return counted.then((count) => tell(limit, count, reply));
    tell(limit, counted, reply);
  }
}

function tell({ name, max, windowMs: lengthMs }: Limit, { remaining, resetMs }: Count, reply: Reply): void {
  // Whoever is far from the limit need not know of it, and the hottest path does not pay for telling.
  if (remaining > max / 2) return;
  const resetSeconds = Math.max(1, Math.ceil(resetMs / 1_000));
  // draft-ietf-httpapi-ratelimit-headers-10
  reply.header('ratelimit-policy', `"${name}";q=${max};w=${lengthMs / 1_000}`);
  reply.header('ratelimit', `"${name}";r=${Math.max(0, remaining)};t=${resetSeconds}`);
  if (remaining < 0) throw new AppError('too-many-requests', undefined, { retryAfterSeconds: resetSeconds });
}
