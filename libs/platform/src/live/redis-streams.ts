import { randomUUID } from 'node:crypto';
import { AppError } from '@loyalnest/contracts/errors';
import type { Cluster } from 'ioredis';
import { RedisUnavailable, type Redis } from '../redis/redis.ts';
import {
  beginning,
  liveLimits,
  watchedMs,
  type LiveBatch,
  type LiveEntry,
  type LiveLimits,
  type LivePage,
  type LiveStream,
  type LiveStreams,
  type LiveTopic,
} from './live-streams.ts';

/** A stream that nobody has written to for so long goes: what is live is of today. */
const keptMs = 24 * 60 * 60 * 1_000;
/** After that a writer who has not heard whether a batch was added has given it up. */
const writerMs = 60 * 60 * 1_000;

/** Adds a writer's batch, unless it or a later one is there: an answer of Redis may have been lost, or a command late. */
const addLua = `
  if tonumber(redis.call('get', KEYS[2]) or 0) >= tonumber(ARGV[1]) then return end
  for line = 5, #ARGV do redis.call('xadd', KEYS[1], 'maxlen', '~', ARGV[2], '*', 'line', ARGV[line]) end
  redis.call('pexpire', KEYS[1], ARGV[3])
  redis.call('set', KEYS[2], ARGV[1], 'px', ARGV[4])
`;

type Adding = { addLive(key: string, writerKey: string, ...values: (string | number)[]): Promise<unknown> };

/**
 * Of all processes: Redis Streams. `logs:{platform}` holds the lines of everybody, so that all can be followed in one place and
 * one order; `logs:{<merchant_id>}` holds those of one merchant again, where no other pushes them out. Queues belong to services
 * and not to merchants: all are in `queues:{platform}`. The braces keep a stream, and who has written to it, in one slot of the cluster.
 */
export class RedisStreams implements LiveStreams {
  readonly #redis: Promise<Redis>;
  readonly #limits: LiveLimits;
  readonly #writer = randomUUID();

  /** What is asked for before Redis is there waits for it, as long as the start of a process does. */
  constructor(redis: Promise<Redis>, limits: LiveLimits = liveLimits) {
    this.#redis = redis.then((opened) => {
      opened.define('addLive', { numberOfKeys: 2, lua: addLua });
      return opened;
    });
    this.#limits = limits;
  }

  /** One command for each stream, whatever the number of lines. */
  async add(stream: LiveStream, { number, entries }: LiveBatch): Promise<void> {
    const topics = Map.groupBy(entries, ({ merchantId }) => merchantId).set(null, [...entries]);
    await Promise.all([...topics].map(([merchantId, own]) => this.#add({ stream, merchantId }, number, own)));
  }

  async read(topic: LiveTopic, of: { after: string | null; limit: number }): Promise<LivePage> {
    const key = keyOf(topic);
    const { after, limit } = of;
    const found = await this.#ask(async (cluster) => {
      if (topic.stream === 'queues') await cluster.set(`${key}:watched`, 1, 'PX', watchedMs);
      if (after === null) return (await cluster.xrevrange(key, '+', '-', 'COUNT', limit)).reverse();
      // With the entry at the position itself: while that is there, nothing behind it can be gone.
      return cluster.xrange(key, after, '+', 'COUNT', limit + 1);
    });
    const isWhole = after === null || after === beginning || found[0]?.[0] === after;
    const entries = found
      .filter(([position]) => position !== after)
      .slice(0, limit)
      .map(([position, [, text = '']]) => ({ position, text }));
    const position = entries.at(-1)?.position ?? (isWhole ? (after ?? beginning) : beginning);
    return { entries, position, isGap: !isWhole };
  }

  async takeTurn({ name, everyMs }: { name: string; everyMs: number }): Promise<boolean> {
    const key = keyOf({ stream: 'queues', merchantId: null });
    return this.#run(async (cluster) => {
      if ((await cluster.exists(`${key}:watched`)) === 0) return false;
      return (await cluster.set(`${key}:turn:${name}`, 1, 'PX', everyMs, 'NX')) === 'OK';
    });
  }

  async #add(topic: LiveTopic, number: number, entries: readonly LiveEntry[]): Promise<void> {
    const key = keyOf(topic);
    const max = topic.merchantId === null ? this.#limits.entries : this.#limits.ofMerchantEntries;
    const texts = entries.map(({ text }) => text);
    await this.#run((cluster) =>
      (cluster as unknown as Adding).addLive(
        key,
        `${key}:from:${this.#writer}`,
        number,
        max,
        keptMs,
        writerMs,
        ...texts,
      ),
    );
  }

  async #run<R>(commands: (cluster: Cluster) => Promise<R>): Promise<R> {
    return (await this.#redis).run(commands);
  }

  async #ask<R>(commands: (cluster: Cluster) => Promise<R>): Promise<R> {
    try {
      return await this.#run(commands);
    } catch (cause) {
      if (!(cause instanceof RedisUnavailable)) throw cause;
      throw new AppError('overloaded', 'Redis is away, and what is live with it', { cause, retryAfterSeconds: 2 });
    }
  }
}

function keyOf({ stream, merchantId }: LiveTopic): string {
  return `${stream}:{${merchantId ?? 'platform'}}`;
}
