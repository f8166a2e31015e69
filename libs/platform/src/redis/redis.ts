import type { Cluster } from 'ioredis';
import type { Config } from '../config/config.ts';
import { atMostEvery } from '../telemetry/at-most-every.ts';
import type { Logger } from '../telemetry/logger.ts';
import { clusterAddress } from './redis-url.ts';

/** Redis answers within a millisecond; whoever waits for longer than this does without it. */
const answerMs = 250;
/** After a failure everybody does without Redis for so long; then one asks again. */
const pauseMs = 1_000;
/** The start waits for the cluster, so that the first requests find it, and goes on without. */
const startMs = 2_000;
const connectMs = 2_000;
const retryMaxMs = 1_000;
/** While Redis is away, each node and each try complains. */
const warnEveryMs = 10_000;

/** Redis is away, or too slow to wait for. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
}

/**
 * The Redis Cluster of this process, for what can be done without: whoever asks gets an answer soon, or `RedisUnavailable`.
 * It never keeps a request waiting while Redis is away, and comes back by itself.
 */
export class Redis {
  readonly #cluster: Cluster;
  #awayUntilMs = -Infinity;
  #isAway = false;
  readonly #sayAway: (error: unknown) => void;
  readonly #sayBack: () => void;

  private constructor(cluster: Cluster, logger: Logger) {
    this.#cluster = cluster;
    this.#sayAway = atMostEvery(warnEveryMs, (err) => logger.warn({ err }, 'Redis is away; going on without'));
    this.#sayBack = atMostEvery(warnEveryMs, () => logger.info('Redis is back'));
  }

  static async connect(options: { redisUrl: string; logger: Logger }): Promise<Redis> {
    const { redisUrl, logger } = options;
    const cluster = await openCluster(redisUrl, logger, {
      enableOfflineQueue: false,
      redisOptions: { commandTimeout: answerMs, maxRetriesPerRequest: 0 },
    });
    await Promise.race([
      new Promise((settle) => cluster.once('ready', settle)).then(() => greetNodes(cluster)),
      new Promise((settle) => setTimeout(settle, startMs).unref()),
    ]);
    return new Redis(cluster, logger);
  }

  /** Makes a script a command of that name. */
  define(name: string, script: { numberOfKeys: number; lua: string }): void {
    this.#cluster.defineCommand(name, script);
  }

  /** Commands for one key, or for keys with one hash tag. Throws `RedisUnavailable`. */
  async run<R>(commands: (cluster: Cluster) => Promise<R>): Promise<R> {
    const nowMs = performance.now();
    if (nowMs < this.#awayUntilMs) throw new RedisUnavailable('Redis is away');
    // Of those who come while Redis is away, one tries: the others do not wait with it.
    if (this.#isAway) this.#awayUntilMs = nowMs + pauseMs;
    try {
      const result = await commands(this.#cluster);
      if (this.#isAway) this.#sayBack();
      this.#isAway = false;
      this.#awayUntilMs = -Infinity;
      return result;
    } catch (cause) {
      if (!this.#isAway) this.#sayAway(cause);
      this.#isAway = true;
      this.#awayUntilMs = performance.now() + pauseMs;
      throw new RedisUnavailable('Redis is away', { cause });
    }
  }

  close(): void {
    this.#cluster.disconnect();
  }
}

/** The client connects to a node when it is first asked something; then that would have to wait for it. */
function greetNodes(cluster: Cluster): Promise<unknown> {
  return Promise.allSettled(cluster.nodes('master').map((node) => node.ping()));
}

/** The process's Redis, if it is told of one. */
export async function connectRedis(config: Config, logger: Logger): Promise<Redis | null> {
  return config.REDIS_URL === undefined ? null : Redis.connect({ redisUrl: config.REDIS_URL, logger });
}

type OpenOptions = Pick<NonNullable<ConstructorParameters<typeof Cluster>[1]>, 'enableOfflineQueue' | 'redisOptions'>;

/** The client is loaded only where Redis is configured: one process without it pays nothing for it. */
export async function openCluster(redisUrl: string, logger: Logger, options: OpenOptions): Promise<Cluster> {
  const { Cluster } = await import('ioredis');
  const { nodes, access } = clusterAddress(redisUrl);
  const cluster = new Cluster(nodes, {
    ...options,
    clusterRetryStrategy: (times) => Math.min(100 * times, retryMaxMs),
    // With TLS, names are what certificates are checked against; looked up here they would become addresses.
    dnsLookup: (host, done) => done(null, host),
    redisOptions: { ...options.redisOptions, ...access, connectTimeout: connectMs },
  });
  const warn = atMostEvery(warnEveryMs, (error: Error) => logger.warn({ err: error }, 'Redis cannot be reached'));
  cluster.on('error', warn).on('node error', warn);
  return cluster;
}
