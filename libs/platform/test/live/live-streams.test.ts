import { AppError } from '@loyalnest/contracts/errors';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  beginning,
  liveLimits,
  type LiveLimits,
  type LiveStreams,
  type LiveTopic,
} from '../../src/live/live-streams.ts';
import { LogFeed } from '../../src/live/log-feed.ts';
import { MemoryStreams } from '../../src/live/memory-streams.ts';
import { RedisStreams } from '../../src/live/redis-streams.ts';
import { Redis } from '../../src/redis/redis.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { startTestRedis, type TestRedis } from '../../src/testing/redis.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis();
});
beforeEach(() => server.clear());
afterAll(() => server.close());

const logger = createLogger({ level: 'silent', service: 'test' });

function inRedis(limits?: LiveLimits): LiveStreams {
  const redis = Redis.connect({ redisUrl: server.url, logger });
  onTestFinished(async () => (await redis).close());
  return new RedisStreams(redis, limits);
}

const all: LiveTopic = { stream: 'logs', merchantId: null };
const of = (merchantId: number): LiveTopic => ({ stream: 'logs', merchantId });

/** Adds a line for each number, each in a batch of its own. */
async function addEach(streams: LiveStreams, from: number, to: number, merchantId: number | null = null) {
  for (let number = from; number <= to; number += 1)
    await streams.add('logs', { number, entries: [{ text: String(number), merchantId }] });
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const read = (streams: LiveStreams, topic: LiveTopic, after: string | null, limit = 1_000) =>
  streams.read(topic, { after, limit });
const textsOf = ({ entries }: Awaited<ReturnType<typeof read>>) => entries.map(({ text }) => Number(text));

describe.each([
  ['memory', (limits?: LiveLimits): LiveStreams => new MemoryStreams(limits)],
  ['Redis Cluster', inRedis],
])('what is live in %s', (_name, open) => {
  it('is told in the order in which it was added, each entry once, in pages from any position', async () => {
    const streams = open();
    const fresh = await read(streams, all, null);
    expect(fresh).toMatchObject({ entries: [], isGap: false });
    await streams.add('logs', {
      number: 1,
      entries: numbers(1, 70).map((text) => ({ text: String(text), merchantId: null })),
    });
    await addEach(streams, 71, 100);
    const told: number[] = [];
    let { position } = fresh;
    for (;;) {
      const page = await read(streams, all, position, 7);
      expect(page.isGap).toBe(false);
      told.push(...textsOf(page));
      ({ position } = page);
      if (page.entries.length < 7) break;
    }
    expect(told).toEqual(numbers(1, 100));
    expect(await read(streams, all, position)).toEqual({ entries: [], position, isGap: false });
    const { entries } = await read(streams, all, beginning);
    for (const at of [0, 1, 50, 98]) {
      const page = await read(streams, all, entries[at]?.position ?? '');
      expect(textsOf(page)).toEqual(numbers(at + 2, 100));
    }
  });

  it('begins with the newest that are kept, and goes on behind them', async () => {
    const streams = open();
    await addEach(streams, 1, 30);
    const newest = await read(streams, all, null, 5);
    expect(textsOf(newest)).toEqual(numbers(26, 30));
    await addEach(streams, 31, 32);
    expect(textsOf(await read(streams, all, newest.position))).toEqual([31, 32]);
  });

  it('of one merchant is his alone, and of all has everything', async () => {
    const streams = open();
    await addEach(streams, 1, 3, 7);
    await addEach(streams, 4, 4, 8);
    await addEach(streams, 5, 5);
    const own = await read(streams, of(7), null);
    expect(textsOf(own)).toEqual([1, 2, 3]);
    expect(textsOf(await read(streams, all, null))).toEqual([1, 2, 3, 4, 5]);
    await addEach(streams, 6, 6, 7);
    expect(textsOf(await read(streams, of(7), own.position))).toEqual([6]);
    expect(await read(streams, of(9), null)).toMatchObject({ entries: [], isGap: false });
  });

  it('has a bounded past, and says when something between may be gone', async () => {
    const streams = open({ ...liveLimits, entries: 200 });
    await addEach(streams, 1, 50);
    const early = await read(streams, all, null);
    await addEach(streams, 51, 1_000);
    const kept = await read(streams, all, beginning, 2_000);
    expect(textsOf(kept)).toEqual(numbers(1_000 - kept.entries.length + 1, 1_000));
    // Redis trims whole nodes of a stream.
    expect(kept.entries.length).toBeGreaterThanOrEqual(200);
    expect(kept.entries.length).toBeLessThan(400);
    const late = await read(streams, all, early.position, 2_000);
    expect(late.isGap).toBe(true);
    expect(late.entries).toEqual(kept.entries);
    expect(await read(streams, all, late.position)).toMatchObject({ entries: [], isGap: false });
  });

  it('says so when a position is not of these streams, and goes on with what they have', async () => {
    const streams = open();
    const foreign = '9999999999999-7';
    const empty = await read(streams, all, foreign);
    expect(empty).toMatchObject({ entries: [], isGap: true });
    await addEach(streams, 1, 2);
    expect(textsOf(await read(streams, all, empty.position))).toEqual([1, 2]);
  });

  it('does not wait for readers: whoever reads late finds all of it', async () => {
    const streams = open();
    const { position } = await read(streams, all, null);
    const beganMs = performance.now();
    for (let number = 1; number <= 20; number += 1)
      await streams.add('logs', {
        number,
        entries: numbers(1, 100).map((line) => ({ text: String((number - 1) * 100 + line), merchantId: null })),
      });
    expect(performance.now() - beganMs).toBeLessThan(10_000);
    expect(textsOf(await read(streams, all, position, 3_000))).toEqual(numbers(1, 2_000));
  });

  it('has queues looked at while somebody watches them, by one and not all the time', async () => {
    const streams = open();
    const turn = () => streams.takeTurn({ name: 'points', everyMs: 400 });
    expect(await turn()).toBe(false);
    await read(streams, { stream: 'queues', merchantId: null }, null);
    expect([await turn(), await turn()]).toEqual([true, false]);
    expect(await streams.takeTurn({ name: 'auth', everyMs: 400 })).toBe(true);
    await expect.poll(turn).toBe(true);
  });

  it('gets every line of a logger once, in order, and the merchants theirs', async () => {
    const streams = open();
    const feed = new LogFeed({ service: 'points' });
    const writing = createLogger({ level: 'debug', service: 'points', tap: feed, destination: { write: () => {} } });
    feed.connect(streams);
    for (const line of numbers(1, 1_234)) writing.info({ line, merchantId: line % 10 === 0 ? 7 : 8 }, 'a line');
    writing.debug('not told');
    const lines = async (topic: LiveTopic) =>
      (await read(streams, topic, beginning, 3_000)).entries.map(
        ({ text }) => (JSON.parse(text) as { line: number }).line,
      );
    await expect.poll(async () => (await lines(all)).at(-1)).toBe(1_234);
    expect(await lines(all)).toEqual(numbers(1, 1_234));
    expect((await lines(of(7))).slice(-20)).toEqual(numbers(104, 123).map((ten) => ten * 10));
    await feed.close();
  });
});

describe('what is live in Redis', () => {
  const feeding = (streams: LiveStreams) => {
    const feed = new LogFeed({ service: 'points' });
    feed.connect(streams);
    return feed;
  };
  const write = (feed: LogFeed, from: number, to: number) => {
    for (const number of numbers(from, to)) feed.write(`${number}\n`);
  };
  const told = async (streams: LiveStreams) =>
    textsOf(await read(streams, all, beginning, 5_000).catch(() => ({ entries: [], position: '', isGap: false })));

  it('comes from all processes, and a batch whose answer was lost is there once', async () => {
    const [one, other] = [inRedis(), inRedis()];
    await addEach(one, 1, 2);
    await addEach(other, 1, 2);
    await addEach(one, 2, 3);
    await addEach(one, 1, 1);
    expect(textsOf(await read(other, all, beginning))).toEqual([1, 2, 1, 2, 3]);
  });

  it.each([
    ['stopped', () => server.stop(), () => server.start()],
    ['frozen', async () => server.freeze(), async () => server.thaw()],
  ])('waits within bounds while Redis is %s, and nothing is lost or told twice', async (_how, away, back) => {
    const streams = inRedis();
    const feed = feeding(streams);
    write(feed, 1, 150);
    await expect.poll(() => told(streams)).toEqual(numbers(1, 150));
    const { position } = await read(streams, all, null);
    await away();
    let isBack = false;
    const comeBack = async () => {
      if (!isBack) await back();
      isBack = true;
    };
    onTestFinished(comeBack);
    for (const from of [151, 451]) {
      const beganMs = performance.now();
      write(feed, from, from + 299);
      expect(performance.now() - beganMs).toBeLessThan(500);
      const problem = await read(streams, all, position).catch((error: unknown) => error);
      expect(problem).toBeInstanceOf(AppError);
      expect(problem).toMatchObject({
        code: 'overloaded',
        message: expect.stringContaining('Redis is away') as string,
      });
      expect(performance.now() - beganMs).toBeLessThan(4_000);
    }
    await comeBack();
    await expect.poll(async () => (await told(streams)).length).toBeGreaterThanOrEqual(750);
    expect(textsOf(await read(streams, all, position))).toEqual(numbers(151, 750));
    write(feed, 751, 760);
    await expect.poll(async () => (await told(streams)).at(-1)).toBe(760);
    expect(await told(streams)).toEqual(numbers(1, 760));
    await feed.close();
  });

  it('says how many lines were left out when more came than may wait', async () => {
    const streams = inRedis({ ...liveLimits, entries: 10_000 });
    const feed = feeding(streams);
    await server.stop();
    write(feed, 1, 5_000);
    await server.start();
    await expect
      .poll(async () => (await read(streams, all, beginning, 5_000).catch(() => undefined))?.entries.at(-1)?.text, {
        timeout: 15_000,
      })
      .toBe('5000');
    const { entries } = await read(streams, all, beginning, 5_000);
    const gap = entries.findIndex(({ text }) => text.startsWith('{'));
    const left = JSON.parse(entries[gap]?.text ?? '') as { level: string; lines: number };
    expect(left).toMatchObject({ level: 'warn', service_name: 'points' });
    expect(entries.length - 1 + left.lines).toBe(5_000);
    expect(entries.slice(gap + 1).map(({ text }) => Number(text))).toEqual(
      numbers(5_000 - (entries.length - gap - 2), 5_000),
    );
    await feed.close();
  });

  it('leaves nothing behind that stays for ever', async () => {
    const streams = inRedis();
    await addEach(streams, 1, 1, 7);
    await read(streams, { stream: 'queues', merchantId: null }, null);
    await streams.takeTurn({ name: 'points', everyMs: 400 });
    const redis = await Redis.connect({ redisUrl: server.url, logger });
    onTestFinished(() => redis.close());
    const keys = await redis.run(async (cluster) =>
      (await Promise.all(cluster.nodes('master').map((node) => node.keys('*')))).flat(),
    );
    expect(keys).toHaveLength(6);
    expect(keys).toEqual(expect.arrayContaining(['logs:{7}', 'logs:{platform}']));
    for (const key of keys) expect(await redis.run((cluster) => cluster.pttl(key)), key).toBeGreaterThan(0);
  });
});
