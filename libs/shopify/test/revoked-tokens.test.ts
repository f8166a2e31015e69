import { randomUUID } from 'node:crypto';
import { Redis } from '@loyalnest/platform/redis/redis';
import { createLogger } from '@loyalnest/platform/telemetry/logger';
import { startTestRedis, type TestRedis } from '@loyalnest/platform/testing/redis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { RedisRevokedTokens } from '../src/redis-revoked-tokens.ts';
import { MemoryRevokedTokens, type RevokedTokens } from '../src/revoked-tokens.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server.close());

async function connect(): Promise<Redis> {
  const redis = await Redis.connect({
    redisUrl: server.url,
    logger: createLogger({ level: 'silent', service: 'test' }),
  });
  onTestFinished(() => redis.close());
  return redis;
}

const now = new Date('2026-11-05T12:00:00Z');
const after = (ms: number) => new Date(now.getTime() + ms);
const aToken = (lifeMs = 60_000) => ({ tokenId: randomUUID(), expiresAt: after(lifeMs) });

describe.each<[string, () => Promise<RevokedTokens>]>([
  ['memory', async () => new MemoryRevokedTokens()],
  ['Redis Cluster', async () => new RedisRevokedTokens(await connect())],
])('revoked tokens in %s', (_name, open) => {
  it('knows what was revoked, and nothing else', async () => {
    const list = await open();
    const tokens = Array.from({ length: 40 }, () => aToken());
    expect(await list.add(tokens, now)).toBe('told');
    for (const { tokenId } of tokens) expect(await list.has(tokenId)).toBe(true);
    expect(await list.has(randomUUID())).toBe(false);
  });

  it('takes a token that it knows', async () => {
    const list = await open();
    const token = aToken();
    await list.add([token], now);
    expect(await list.add([token], now)).toBe('told');
    expect(await list.has(token.tokenId)).toBe(true);
  });

  it('keeps a token until it has expired', async () => {
    const list = await open();
    const [long, short] = [aToken(60_000), aToken(1_000)];
    await list.add([long, short], now);
    list.prune(after(500));
    expect([await list.has(long.tokenId), await list.has(short.tokenId)]).toEqual([true, true]);
  });
});

describe('in Redis Cluster', () => {
  it('keeps each token under its id, for the rest of its life', async () => {
    const redis = await connect();
    const token = aToken(60_000);
    await new RedisRevokedTokens(redis).add([token], now);
    const lifeMs = await redis.run((cluster) => cluster.pttl(`revoked_jti:${token.tokenId}`));
    expect(lifeMs).toBeGreaterThan(59_000);
    expect(lifeMs).toBeLessThanOrEqual(65_000);
  });

  it('tells other processes', async () => {
    const [one, other] = [new RedisRevokedTokens(await connect()), new RedisRevokedTokens(await connect())];
    const token = aToken();
    await one.add([token], now);
    expect(await other.has(token.tokenId)).toBe(true);
  });

  it('says that nobody else was told while Redis is away, and knows its own', async () => {
    const list = new RedisRevokedTokens(await connect());
    const token = aToken();
    server.freeze();
    onTestFinished(() => server.thaw());
    expect(await list.add([token], now)).toBe('away');
    expect(await list.has(token.tokenId)).toBe(true);
    expect(await list.has(randomUUID())).toBe(false);
  });
});
