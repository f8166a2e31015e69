import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { Redis, RedisUnavailable } from '../../src/redis/redis.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { startTestRedis, type TestRedis } from '../../src/testing/redis.ts';

/** With one that needs quoting, wherever it goes. */
const password = 'it\'s "a" \\ p@ss/w0rd?';

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis(password);
});
afterAll(() => server.close());

async function connect(): Promise<{ redis: Redis; logged: string[] }> {
  const logged: string[] = [];
  const logger = createLogger({
    level: 'info',
    service: 'test',
    destination: { write: (line) => void logged.push(line) },
  });
  const redis = await Redis.connect({ redisUrl: server.url, logger });
  onTestFinished(() => redis.close());
  return { redis, logged };
}

/** Keys on every node. */
const keys = Array.from({ length: 30 }, (_, index) => `key:${index}`);
const ping = (redis: Redis) => Promise.all(keys.map((key) => redis.run((cluster) => cluster.set(key, 'value'))));
const isBack = (redis: Redis) =>
  ping(redis).then(
    () => true,
    () => false,
  );

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}

it('reaches all nodes of a cluster that asks for a password', async () => {
  const { redis } = await connect();
  await expect(ping(redis)).resolves.toHaveLength(keys.length);
});

it('is connected to every node before anybody asks', async () => {
  const { redis } = await connect();
  const states = await redis.run((cluster) => Promise.resolve(cluster.nodes('master').map(({ status }) => status)));
  expect(states).toEqual(['ready', 'ready', 'ready']);
});

it('says soon that Redis is away, and comes back by itself', async () => {
  const { redis, logged } = await connect();
  await ping(redis);
  await server.stop();
  for (let round = 0; round < 20; round += 1) {
    const run = () => expect(redis.run((cluster) => cluster.get('key:1'))).rejects.toThrow(RedisUnavailable);
    expect(await timeOf(run)).toBeLessThan(2_000);
  }
  await server.start();
  await expect.poll(() => isBack(redis)).toBe(true);
  expect(logged.length).toBeLessThan(10);
  expect(logged.join('')).not.toContain('w0rd');
});

it('waits for a cluster that stands still once a second, and only one waits', async () => {
  const { redis } = await connect();
  await ping(redis);
  server.freeze();
  const beganMs = performance.now();
  let tries = 0;
  while (performance.now() - beganMs < 3_000) {
    await timeOf(() => redis.run((cluster) => cluster.get('key:1')).catch(() => undefined));
    tries += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  // Had each waited a quarter of a second, there would be twelve.
  expect(tries).toBeGreaterThan(500);
  server.thaw();
  await expect.poll(() => isBack(redis)).toBe(true);
});

it('starts without Redis, and has it when it comes', async () => {
  await server.stop();
  const { redis } = await connect();
  await expect(redis.run((cluster) => cluster.get('key:1'))).rejects.toThrow(RedisUnavailable);
  await server.start();
  await expect.poll(() => isBack(redis)).toBe(true);
});
