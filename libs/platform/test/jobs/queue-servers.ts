import { connect as connectTo, createServer, type AddressInfo, type Socket } from 'node:net';
import { Redis } from 'ioredis';
import { cloneDatabase, type TestDatabase } from '../../src/testing/database.ts';
import { startTestRedis } from '../../src/testing/redis.ts';

/** What keeps a queue, which a test can take away. */
export type QueueServer = {
  /** Begins anew, before a test. */
  clear(): Promise<void>;
  /** Loses runs and schedules, under those who use it. */
  forget(): Promise<void>;
  /** Configuration of a process that uses it. */
  env(): Record<string, string>;
  /** Runs of the service points that failed and are kept. */
  failureCount(): Promise<number>;
  connectionCount(): Promise<number>;
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  /** It answers nobody until it is thawed; connections stay. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
};

const shopify = { SHOPIFY_CLIENT_ID: 'test', SHOPIFY_CLIENT_SECRET: 'a secret of the test' };

export async function onPostgres(): Promise<QueueServer> {
  let database: TestDatabase = await cloneDatabase();
  const between = await standBefore(database.ownerUrl);
  return {
    async clear() {
      await database.close();
      database = await cloneDatabase();
    },
    async forget() {
      await database.owner.query('delete from points_jobs.job; delete from points_jobs.scheduler');
    },
    env() {
      const url = new URL(database.ownerUrl);
      url.port = String(between.port);
      return { ...shopify, DATABASE_URL: url.toString(), DATABASE_ROLE_SECRET: database.roleSecret };
    },
    async failureCount() {
      const { rows } = await database.owner.query<{ count: number }>(
        `select count(*)::int as count from points_jobs.job where state = 'failed'`,
      );
      return rows[0]?.count ?? 0;
    },
    connectionCount: async () => between.connectionCount(),
    goAway: async () => between.goAway(),
    comeBack: async () => between.comeBack(),
    freeze: () => between.freeze(),
    thaw: () => between.thaw(),
    async close() {
      await between.close();
      await database.close();
    },
  };
}

export async function onRedis(): Promise<QueueServer> {
  const redis = await startTestRedis();
  /** Asks each node by itself. */
  const eachNode = (ask: (node: Redis) => Promise<unknown>): Promise<unknown[]> =>
    Promise.all(
      redis.nodes.map(async ({ port }) => {
        const node = new Redis({ host: '127.0.0.1', port });
        try {
          return await ask(node);
        } finally {
          node.disconnect();
        }
      }),
    );
  return {
    clear: () => redis.clear(),
    forget: () => redis.clear(),
    env: () => ({
      ...shopify,
      REDIS_URL: redis.url,
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
      DATABASE_ROLE_SECRET: 'a secret of the test',
    }),
    async failureCount() {
      const counts = await eachNode((node) => node.zcard('bull:{points}:jobs:failed').catch(() => 0));
      return Math.max(...(counts as number[]));
    },
    async connectionCount() {
      const lists = (await eachNode((node) => node.client('LIST'))) as string[];
      // Each node sees whoever asks, too.
      return lists.reduce((sum, list) => sum + list.trim().split('\n').length - 1, 0);
    },
    goAway: () => redis.stop(),
    comeBack: () => redis.start(),
    freeze: () => redis.freeze(),
    thaw: () => redis.thaw(),
    close: () => redis.close(),
  };
}

/** Stands before PostgreSQL, and can hang up on everybody. */
async function standBefore(databaseUrl: string) {
  const { hostname, port } = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let isAway = false;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (isAway) return void socket.destroy();
    sockets.add(socket);
    const onward = connectTo(Number(port), hostname);
    onward.on('error', () => socket.destroy());
    onward.on('close', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      onward.destroy();
    });
    socket.pipe(onward).pipe(socket);
  });
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  const hangUp = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    connectionCount: () => sockets.size,
    goAway() {
      isAway = true;
      hangUp();
    },
    comeBack() {
      isAway = false;
    },
    freeze() {
      for (const socket of sockets) socket.pause();
    },
    thaw() {
      for (const socket of sockets) socket.resume();
    },
    async close() {
      hangUp();
      await new Promise((settle) => server.close(settle));
    },
  };
}
