import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { Cache } from '../../src/cache/cache.ts';
import { LastEntries } from '../../src/cache/last-entries.ts';
import { MemoryCache } from '../../src/cache/memory-cache.ts';
import { RedisCache } from '../../src/cache/redis-cache.ts';
import { Redis } from '../../src/redis/redis.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { startTestRedis, type TestRedis } from '../../src/testing/redis.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server.close());

async function connect(): Promise<Redis> {
  const logger = createLogger({ level: 'silent', service: 'test' });
  const redis = await Redis.connect({ redisUrl: server.url, logger });
  onTestFinished(() => redis.close());
  // While the client opens its connections to the nodes, what is asked of them may overtake.
  const onEveryNode = Array.from({ length: 30 }, (_, index) => `node:${index}`);
  await Promise.all(onEveryNode.map((key) => redis.run((cluster) => cluster.get(key))));
  return redis;
}
const onRedis = async (): Promise<Cache> => new RedisCache(await connect());

const minuteMs = 60_000;
const schema = z.object({ points: z.number().int(), at: z.string().nullable() });
const value = { points: -42, at: null };

/** Each test keeps its own. */
let names = 0;
const aKey = () => `test:{${(names += 1)}}`;

describe.each([
  ['memory', async () => new MemoryCache()],
  ['Redis Cluster', onRedis],
] as const)('what is kept in %s', (_name, open) => {
  it('comes back as it was, and by its own key only', async () => {
    const cache = await open();
    const keys = Array.from({ length: 30 }, aKey);
    keys.forEach((key, points) => cache.put(key, { points, at: '2026-03-02' }, minuteMs));
    expect(await Promise.all(keys.map((key) => cache.get(key, schema)))).toEqual(
      keys.map((_, points) => ({ points, at: '2026-03-02' })),
    );
    expect(await cache.get(aKey(), schema)).toBeUndefined();
  });

  it('is what was put last', async () => {
    const cache = await open();
    const key = aKey();
    for (const points of [1, 2, 3]) cache.put(key, { ...value, points }, minuteMs);
    expect(await cache.get(key, schema)).toMatchObject({ points: 3 });
  });

  it('is gone when its life is over', async () => {
    const cache = await open();
    const [short, long] = [aKey(), aKey()];
    cache.put(short, value, 1_000);
    cache.put(long, value, minuteMs);
    expect(await cache.get(short, schema)).toEqual(value);
    await expect.poll(() => cache.get(short, schema)).toBeUndefined();
    expect(await cache.get(long, schema)).toEqual(value);
  });

  it('is gone when it is forgotten, even if it has just been put', async () => {
    const cache = await open();
    const [gone, stays] = [aKey(), aKey()];
    for (const key of [gone, stays]) cache.put(key, value, minuteMs);
    cache.forget(gone);
    expect(await cache.get(gone, schema)).toBeUndefined();
    expect(await cache.get(stays, schema)).toEqual(value);
  });

  it('is not there for whoever expects another shape', async () => {
    const cache = await open();
    const key = aKey();
    cache.put(key, { points: 'many' }, minuteMs);
    expect(await cache.get(key, schema)).toBeUndefined();
    expect(await cache.get(key, z.object({ points: z.string() }))).toEqual({ points: 'many' });
  });
});

describe('in memory', () => {
  it('the last entries stay, and there is a limit to them', async () => {
    const cache = new MemoryCache();
    const keyOf = (index: number) => `many:${index}`;
    const count = 60_000;
    for (let index = 0; index < count; index += 1) cache.put(keyOf(index), { ...value, points: index }, minuteMs);
    const kept: number[] = [];
    for (let index = 0; index < count; index += 1) if (await cache.get(keyOf(index), schema)) kept.push(index);
    expect(kept.length).toBeLessThanOrEqual(50_000);
    expect(kept.length).toBeGreaterThanOrEqual(25_000);
    expect(kept.at(0)).toBe(count - kept.length);
    expect(kept.at(-1)).toBe(count - 1);
  });

  it('a generation makes room for the next when it is old', async () => {
    const entries = new LastEntries<string, number>(50);
    entries.set('a', 1);
    await sleep(60);
    entries.set('b', 2);
    expect([entries.get('a'), entries.get('b')]).toEqual([1, 2]);
    await sleep(60);
    entries.set('c', 3);
    expect([entries.get('a'), entries.get('b'), entries.get('c')]).toEqual([undefined, 2, 3]);
  });
});

describe('in Redis Cluster', () => {
  it('all processes see what one of them kept, and forgot', async () => {
    const [one, other] = [await onRedis(), await onRedis()];
    const key = aKey();
    one.put(key, value, minuteMs);
    await expect.poll(() => other.get(key, schema)).toEqual(value);
    other.forget(key);
    await expect.poll(() => one.get(key, schema)).toBeUndefined();
  });

  it('what is no JSON is not there', async () => {
    const redis = await connect();
    const key = aKey();
    await redis.run((cluster) => cluster.set(key, 'points=1'));
    expect(await new RedisCache(redis).get(key, schema)).toBeUndefined();
  });

  it('nothing is there while Redis stands still, which is known soon, and all of it afterwards', async () => {
    const cache = await onRedis();
    const [before, meanwhile] = [aKey(), aKey()];
    cache.put(before, value, minuteMs);
    expect(await cache.get(before, schema)).toEqual(value);
    server.freeze();
    onTestFinished(() => server.thaw());
    const beganMs = performance.now();
    cache.put(meanwhile, value, minuteMs);
    for (let time = 0; time < 50; time += 1) expect(await cache.get(before, schema)).toBeUndefined();
    // One of them waits for a quarter of a second; each, if nobody remembered, for that long.
    expect(performance.now() - beganMs).toBeLessThan(6_000);
    server.thaw();
    await expect.poll(() => cache.get(before, schema)).toEqual(value);
  });

  it('nothing fails while Redis has ended, and it goes on when that is back', async () => {
    const cache = await onRedis();
    await server.stop();
    const key = aKey();
    cache.put(key, value, minuteMs);
    expect(await cache.get(key, schema)).toBeUndefined();
    cache.forget(key);
    await server.start();
    const isBack = async () => {
      cache.put(key, value, minuteMs);
      return cache.get(key, schema);
    };
    await expect.poll(isBack).toEqual(value);
  });
});
