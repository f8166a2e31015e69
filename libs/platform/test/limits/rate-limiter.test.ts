import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { MemoryRateLimiter } from '../../src/http/memory-rate-limiter.ts';
import type { Limit, LimitKey, RateLimiter } from '../../src/http/rate-limits.ts';
import { Redis } from '../../src/redis/redis.ts';
import { RedisRateLimiter } from '../../src/redis/redis-rate-limiter.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { startTestRedis, type TestRedis } from '../../src/testing/redis.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server.close());

async function onRedis(): Promise<RateLimiter> {
  const logger = createLogger({ level: 'silent', service: 'test' });
  const redis = await Redis.connect({ redisUrl: server.url, logger });
  onTestFinished(() => redis.close());
  return new RedisRateLimiter(redis);
}

/** Each test counts for itself. */
let names = 0;
const aLimit = (of: Partial<Limit> = {}): Limit => ({
  name: `shopper-${(names += 1)}` as Limit['name'],
  max: 3,
  windowMs: 10_000,
  ...of,
});

async function remainingOf(limiter: RateLimiter, limit: Limit, key: LimitKey, times: number): Promise<number[]> {
  const counts: number[] = [];
  for (let time = 0; time < times; time += 1) counts.push((await limiter.count(limit, key)).remaining);
  return counts;
}

describe.each([
  ['memory', async () => new MemoryRateLimiter()],
  ['Redis Cluster', onRedis],
])('counting in %s', (_name, open) => {
  it('lets so many through and no more', async () => {
    expect(await remainingOf(await open(), aLimit(), '1:7', 5)).toEqual([2, 1, 0, -1, expect.any(Number)]);
  });

  it('counts each key and each limit by itself', async () => {
    const limiter = await open();
    const limit = aLimit();
    await remainingOf(limiter, limit, '1:7', 4);
    expect(await remainingOf(limiter, limit, '1:8', 1)).toEqual([2]);
    expect(await remainingOf(limiter, aLimit(), '1:7', 1)).toEqual([2]);
  });

  it('counts two customers of one shop, and two shops with customers of one number, by themselves', async () => {
    const limiter = await open();
    const limit = aLimit();
    await remainingOf(limiter, limit, { merchantId: 1, customerId: 7 }, 4);
    expect(await remainingOf(limiter, limit, { merchantId: 1, customerId: 8 }, 1)).toEqual([2]);
    expect(await remainingOf(limiter, limit, { merchantId: 2, customerId: 7 }, 1)).toEqual([2]);
    expect(await remainingOf(limiter, limit, 7, 1)).toEqual([2]);
    expect((await limiter.count(limit, { merchantId: 1, customerId: 7 })).remaining).toBeLessThan(0);
  });

  it('begins anew when the window is over, and says when that is', async () => {
    const limiter = await open();
    const limit = aLimit({ windowMs: 600 });
    await remainingOf(limiter, limit, 7, 4);
    const { resetMs } = await limiter.count(limit, 7);
    expect(resetMs).toBeGreaterThan(0);
    expect(resetMs).toBeLessThanOrEqual(600);
    await sleep(resetMs + 50);
    expect(await remainingOf(limiter, limit, 7, 1)).toEqual([2]);
  });

  it('counts requests that come at once', async () => {
    const limiter = await open();
    const limit = aLimit({ max: 50 });
    const counts = await Promise.all(Array.from({ length: 80 }, async () => limiter.count(limit, 7)));
    expect(counts.filter(({ remaining }) => remaining >= 0)).toHaveLength(50);
  });
});

describe('in Redis Cluster', () => {
  it('two processes share a count', async () => {
    const [one, other] = [await onRedis(), await onRedis()];
    const limit = aLimit();
    await remainingOf(one, limit, 7, 2);
    expect(await remainingOf(other, limit, 7, 2)).toEqual([0, -1]);
  });

  it('a caller who asks little is counted here, and with all he asked once he asks more', async () => {
    const [one, other] = [await onRedis(), await onRedis()];
    const limit = aLimit({ max: 40 });
    expect(await remainingOf(one, limit, 7, 5)).toEqual([39, 38, 37, 36, 35]);
    expect(await remainingOf(other, limit, 7, 6)).toEqual([39, 38, 37, 36, 35, 34]);
    // The other has told of its six.
    expect(await remainingOf(one, limit, 7, 2)).toEqual([40 - 12, 40 - 13]);
  });

  it('the process counts for itself while Redis is away, and goes on where it was', async () => {
    const limiter = await onRedis();
    const limit = aLimit({ windowMs: 60_000 });
    expect(await remainingOf(limiter, limit, 7, 1)).toEqual([2]);
    server.freeze();
    onTestFinished(() => server.thaw());
    expect(await remainingOf(limiter, limit, 7, 3)).toEqual([1, 0, -1]);
  });

  it('forgets a caller when the window is over', async () => {
    const logger = createLogger({ level: 'silent', service: 'test' });
    const redis = await Redis.connect({ redisUrl: server.url, logger });
    onTestFinished(() => redis.close());
    const limit = aLimit({ windowMs: 300 });
    await new RedisRateLimiter(redis).count(limit, { merchantId: 1, customerId: 7 });
    const key = `rate_limit:${limit.name}:1:7`;
    expect(await redis.run((cluster) => cluster.exists(key))).toBe(1);
    await expect.poll(() => redis.run((cluster) => cluster.exists(key))).toBe(0);
  });
});
