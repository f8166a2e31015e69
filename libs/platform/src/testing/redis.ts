import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startRedisCluster, type RedisCluster } from '../local-servers/redis-cluster.ts';
import { freePort } from './ports.ts';

export type TestRedis = {
  /** For `REDIS_URL`. */
  readonly url: string;
  /** The nodes as they run now. */
  readonly nodes: RedisCluster['nodes'];
  /** Ends the cluster; what it knows stays for `start`. */
  stop(): Promise<void>;
  /** Forgets everything. */
  clear(): Promise<void>;
  start(): Promise<void>;
  /** Every node stands still until it is told to go on. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
};

/** A Redis Cluster of three masters for the tests of one file. */
export async function startTestRedis(password?: string): Promise<TestRedis> {
  // Named so that the next run of tests removes it if this one is killed.
  const folder = mkdtempSync(join(tmpdir(), `loyalnest-test-${process.pid}-redis-`));
  const ports = { clients: await freePorts(3), bus: await freePorts(3) };
  const start = () => startRedisCluster({ folder, ports, ...(password === undefined ? {} : { password }) });
  let cluster = await start();
  const signal = (name: 'SIGSTOP' | 'SIGCONT') => {
    for (const { pid } of cluster.nodes) process.kill(pid, name);
  };
  return {
    url: cluster.url,
    get nodes() {
      return cluster.nodes;
    },
    stop: () => cluster.stop(),
    async clear() {
      for (const { port } of cluster.nodes) {
        const node = new Redis({ host: '127.0.0.1', port, ...(password === undefined ? {} : { password }) });
        await node.flushall();
        node.disconnect();
      }
    },
    async start() {
      cluster = await start();
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    async close() {
      await cluster.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}
