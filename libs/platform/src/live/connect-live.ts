import type { Config } from '../config/config.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { LiveStreams } from './live-streams.ts';
import { LogFeed } from './log-feed.ts';

export type OpenLive = {
  /** For every logger of the process. */
  feed: LogFeed;
  /** In Redis where there is one; resolves at once also while that is away. */
  connect(logger: Logger): Promise<LiveStreams>;
  close(): Promise<void>;
};

/** Nothing is kept where nobody could read it: in one process, only the port for operators leads to it. */
export function openLive(config: Config, service: string): OpenLive | undefined {
  const { REDIS_URL: redisUrl, METRICS_PORT: port } = config;
  if (redisUrl === undefined && port === undefined) return undefined;
  const feed = new LogFeed({ service });
  let disconnect = () => {};
  return {
    feed,
    async connect(logger) {
      const opened = redisUrl === undefined ? await inMemory() : await inRedis(redisUrl, logger);
      disconnect = opened.disconnect;
      feed.connect(opened.streams);
      return opened.streams;
    },
    async close() {
      await feed.close();
      disconnect();
    },
  };
}

type Opened = { streams: LiveStreams; disconnect: () => void };

async function inMemory(): Promise<Opened> {
  const { MemoryStreams } = await import('./memory-streams.ts');
  return { streams: new MemoryStreams(), disconnect: () => {} };
}

/** A connection of its own: requests are not to do without Redis because writing logs fails, for one because it is full. */
async function inRedis(redisUrl: string, logger: Logger): Promise<Opened> {
  const [{ Redis }, { RedisStreams }] = await Promise.all([import('../redis/redis.ts'), import('./redis-streams.ts')]);
  // Not waited for: the start has waited for Redis already.
  const redis = Redis.connect({ redisUrl, logger: logger.child({ purpose: 'live' }) });
  return { streams: new RedisStreams(redis), disconnect: () => void redis.then((opened) => opened.close()) };
}
