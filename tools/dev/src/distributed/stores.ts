import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { startKafkaBroker } from '@loyalnest/platform/local-servers/kafka-broker';
import { startRedisCluster } from '@loyalnest/platform/local-servers/redis-cluster';
import { orExplain } from '../errors.ts';
import type { Instance } from '../instance.ts';
import { sizeOf } from '../logfile.ts';
import type { Part } from '../part.ts';
import type { Secrets } from '../secrets.ts';
import { derived } from './environment.ts';
import type { Layout } from './layout.ts';

export type StoreAddresses = { redisUrl: string; kafkaBrokers: string };

type Options = { instance: Instance; layout: Layout; secrets: Secrets };

/** Redis Cluster: three masters, each a part. When one ends, the others are stopped with it. */
export async function startRedis({ instance, layout, secrets }: Options): Promise<{ url: string; parts: Part[] }> {
  const names = redisNames(layout);
  for (const [index, name] of names.entries())
    linkLog(instance, name, join(instance.paths.redis, `node-${index + 1}`, 'redis.log'));
  const logStarts = names.map((name) => sizeOf(instance.logFile(name)));
  const cluster = await orExplain(
    startRedisCluster({
      folder: instance.paths.redis,
      ports: layout.redis,
      password: derived(secrets, 'Redis'),
    }),
  );
  const exited = cluster.exited.then(() => ({ code: null, signal: null }));
  const parts = cluster.nodes.map(({ pid }, index) => {
    const name = names[index] ?? '';
    return {
      name,
      pid,
      logFile: instance.logFile(name),
      logStart: logStarts[index] ?? 0,
      exited,
      stop: () => cluster.stop(),
    };
  });
  return { url: cluster.url, parts };
}

export function redisNames({ redis }: Layout): string[] {
  return redis.clients.map((_, index) => `redis-${index + 1}`);
}

export async function startKafka({ instance, layout }: Options): Promise<{ brokers: string; part: Part }> {
  linkLog(instance, 'kafka', join(instance.paths.kafka, 'kafka.log'));
  const logFile = instance.logFile('kafka');
  const logStart = sizeOf(logFile);
  const broker = await orExplain(startKafkaBroker({ folder: instance.paths.kafka, ports: layout.kafka }));
  const exited = broker.exited.then(() => ({ code: null, signal: null }));
  return {
    brokers: broker.brokers,
    part: { name: 'kafka', pid: broker.pid, logFile, logStart, exited, stop: () => broker.stop() },
  };
}

/** The servers write beside their data; their logs are read and kept small like all others. */
function linkLog(instance: Instance, name: string, target: string): void {
  rmSync(instance.logFile(name), { force: true });
  symlinkSync(target, instance.logFile(name));
}
