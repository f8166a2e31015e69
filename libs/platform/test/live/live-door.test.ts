import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { beginning, liveLimits, type LiveStreams } from '../../src/live/live-streams.ts';
import { LogFeed } from '../../src/live/log-feed.ts';
import { MemoryStreams } from '../../src/live/memory-streams.ts';
import { readEvents, type SentEvent } from '../../src/live/read-events.ts';
import { RedisStreams } from '../../src/live/redis-streams.ts';
import { Redis } from '../../src/redis/redis.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { listenMetrics } from '../../src/telemetry/metrics-server.ts';
import { startTestRedis, type TestRedis } from '../../src/testing/redis.ts';

const logger = createLogger({ level: 'silent', service: 'test' });

async function serve(live: LiveStreams) {
  const server = await listenMetrics({ host: '127.0.0.1', port: 0, sources: [], live, logger });
  onTestFinished(() => server.close());
  const feed = new LogFeed({ service: 'points' });
  feed.connect(live);
  onTestFinished(() => feed.close());
  const loggerOf = (service: string) =>
    createLogger({ level: 'debug', service, tap: feed, destination: { write: () => {} } });
  return { url: `http://127.0.0.1:${server.port}`, port: server.port, loggerOf, close: () => server.close() };
}

/** Somebody who reads until the test is over, or until he leaves. */
async function readFrom(url: string, headers: Record<string, string> = {}) {
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const response = await fetch(url, { headers, signal: leaving.signal });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const events: SentEvent[] = [];
  const reading = async () => {
    if (response.body) for await (const event of readEvents(response.body)) events.push(event);
  };
  reading().catch(() => undefined);
  const lines = () => events.filter(({ event, data }) => event === 'message' && data !== '');
  return {
    events,
    messages: () => lines().map(({ data }) => (JSON.parse(data) as { msg: string }).msg),
    position: () => events.findLast(({ id }) => id !== undefined)?.id ?? '',
    leave: () => leaving.abort(),
  };
}

describe('the door for operators', () => {
  it('tells lines as they are written, and goes on where a reader was', async () => {
    const { url, loggerOf } = await serve(new MemoryStreams());
    const log = loggerOf('points');
    log.info('before');
    const reader = await readFrom(`${url}/live/logs`);
    await expect.poll(reader.messages).toEqual(['before']);
    log.warn('during');
    await expect.poll(reader.messages).toEqual(['before', 'during']);
    reader.leave();
    for (const text of ['away 1', 'away 2']) log.info(text);
    const again = await readFrom(`${url}/live/logs?after=${beginning}`, { 'last-event-id': reader.position() });
    await expect.poll(again.messages).toEqual(['away 1', 'away 2']);
    log.info('back');
    await expect.poll(again.messages).toEqual(['away 1', 'away 2', 'back']);
    expect(again.events.filter(({ event }) => event === 'gap')).toEqual([]);
  });

  it('tells who asks for a shop, a service or a level of nothing else, and of what is behind him', async () => {
    const { url, loggerOf } = await serve(new MemoryStreams());
    const [points, whole] = [loggerOf('points'), loggerOf('auth+admin-core')];
    points.info({ merchantId: 7 }, 'shop by id');
    points.info({ shopDomain: 'a.myshopify.com' }, 'shop by domain');
    points.error({ merchantId: 8 }, 'another shop');
    whole.warn('of the platform');
    points.debug('of nobody');
    points.info({ details: { merchant_id: 7, note: '"merchant_id":9,' } }, 'the end');
    const asked = async (query: string) => {
      const reader = await readFrom(`${url}/live/logs?after=${beginning}&${query}`);
      return reader;
    };
    const everything = await asked('');
    await expect.poll(() => everything.messages().at(-1)).toBe('the end');
    expect(everything.messages()).toHaveLength(5);
    const expected: [query: string, messages: string[]][] = [
      ['shop=7,a.myshopify.com', ['shop by id', 'shop by domain']],
      ['service=admin-core', ['of the platform']],
      ['level=warn', ['another shop', 'of the platform']],
      ['level=warn&service=points', ['another shop']],
    ];
    for (const [query, messages] of expected) {
      const reader = await asked(query);
      await expect.poll(reader.position).toBe(everything.position());
      expect([query, reader.messages()]).toEqual([query, messages]);
    }
    const ofShop = await asked('shop=7');
    points.info({ merchantId: 7 }, 'the last');
    await expect.poll(ofShop.messages).toEqual(['shop by id', 'the last']);
  });

  it('refuses what it does not understand', async () => {
    const { url } = await serve(new MemoryStreams());
    const ask = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(url + path, init);
      return [response.status, ((await response.json().catch(() => ({}))) as { code?: string }).code];
    };
    expect(await ask('/live/logs?after=yesterday')).toEqual([400, 'invalid-cursor']);
    expect(await ask('/live/logs', { headers: { 'last-event-id': "1-1'" } })).toEqual([400, 'invalid-cursor']);
    expect(await ask('/live/logs?level=loud')).toEqual([400, 'invalid-request']);
    expect(await ask('/live/logs', { method: 'POST' })).toEqual([404, undefined]);
    expect(await ask('/live/elsewhere')).toEqual([404, undefined]);
  });

  it('lets twenty read at once, and another when one has left', async () => {
    const { url } = await serve(new MemoryStreams());
    const [first] = await Promise.all(Array.from({ length: 20 }, () => readFrom(`${url}/live/queues`)));
    const status = async () => {
      const leaving = new AbortController();
      const response = await fetch(`${url}/live/queues`, { signal: leaving.signal });
      leaving.abort();
      return response.status;
    };
    expect(await status()).toBe(429);
    first?.leave();
    await expect.poll(status).toBe(200);
  });

  it('neither writers nor others wait for a reader who does not read; he is told that he has missed something', async () => {
    const streams = new MemoryStreams({ ...liveLimits, entries: 1_000, bytes: 10_000_000 });
    const { url, port } = await serve(streams);
    let heard = '';
    const slow = connect(port, '127.0.0.1');
    onTestFinished(() => void slow.destroy());
    slow.on('data', (chunk: Buffer) => (heard += chunk.toString('utf8')));
    slow.write(`GET /live/logs HTTP/1.1\r\nhost: here\r\n\r\n`);
    await expect.poll(() => heard).toContain('text/event-stream');
    slow.pause();
    const other = await readFrom(`${url}/live/logs`);
    const padding = 'x'.repeat(6_000);
    let number = 0;
    // More than all buffers on the way take.
    for (let turn = 0; turn < 12; turn += 1) {
      const entries = Array.from({ length: 200 }, () => ({
        text: JSON.stringify({ level: 'info', msg: String((number += 1)), padding }),
        merchantId: null,
      }));
      await streams.add('logs', { number: turn + 1, entries });
      await expect.poll(() => other.messages().length, { interval: 5 }).toBe(number);
    }
    expect(other.events.filter(({ event }) => event === 'gap')).toEqual([]);
    slow.resume();
    await expect.poll(() => heard.includes('event: gap')).toBe(true);
    await expect.poll(() => heard.includes(`"msg":"${number}"`)).toBe(true);
  });
});

describe('the door for operators, in several processes', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startTestRedis();
  });
  afterAll(() => server.close());

  const inRedis = () => {
    const redis = Redis.connect({ redisUrl: server.url, logger });
    onTestFinished(async () => (await redis).close());
    return new RedisStreams(redis);
  };

  it('tells at one of them what all write, and at another where a reader was', async () => {
    const [one, other] = [await serve(inRedis()), await serve(inRedis())];
    const reader = await readFrom(`${one.url}/live/logs`);
    one.loggerOf('auth').info('of one');
    other.loggerOf('points').info('of the other');
    await expect.poll(() => reader.messages().toSorted()).toEqual(['of one', 'of the other']);
    await one.close();
    other.loggerOf('points').info('later');
    const again = await readFrom(`${other.url}/live/logs`, { 'last-event-id': reader.position() });
    await expect.poll(again.messages).toEqual(['later']);
  });

  it('says that Redis is away, and goes on when it is back', async () => {
    const { url, loggerOf } = await serve(inRedis());
    const log = loggerOf('points');
    const reader = await readFrom(`${url}/live/logs?service=points`);
    log.info('before');
    await expect.poll(() => reader.messages().at(-1)).toBe('before');
    server.freeze();
    log.info('while it is away');
    await expect.poll(() => reader.events.map(({ event }) => event)).toContain('problem');
    const refused = await fetch(`${url}/live/logs`);
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'overloaded' }]);
    server.thaw();
    await expect.poll(() => reader.messages().slice(-2)).toEqual(['before', 'while it is away']);
    expect(reader.events.filter(({ event }) => event === 'problem')).toHaveLength(1);
  });
});
