import { planLayout } from '@loyalnest/dev/distributed/layout';
import { frontPrograms, servicePrograms, type Program } from '@loyalnest/dev/distributed/programs';
import { describeServices, findServices } from '@loyalnest/dev/distributed/services';
import { startKafka, startRedis } from '@loyalnest/dev/distributed/stores';
import { findShopifyApp } from '@loyalnest/dev/environment';
import { ensureNginx } from '@loyalnest/dev/nginx/program';
import type { Part } from '@loyalnest/dev/part';
import type { Bed } from '../bed/bed.ts';

/** Everything of the distributed shape but PostgreSQL, which is the bed's. */
export type Services = { stop(): Promise<void> };

/**
 * Starts a process for each service with Redis Cluster, Kafka and nginx, as `./dev.sh up --distributed` does. nginx answers on
 * the port that one process would have.
 */
export async function startServices({ instance, secrets, ownerUrl }: Bed): Promise<Services> {
  const { signal } = new AbortController();
  const app = findShopifyApp(instance, secrets, {});
  const layout = planLayout(instance, { services: findServices(), replicas: 1 });
  // In the order in which they have to stop.
  const parts: { front: Part[]; services: Part[]; stores: Part[] } = { front: [], services: [], stores: [] };
  const stop = async () => {
    for (const part of [...parts.front, ...parts.services, ...parts.stores]) await part.stop();
  };
  const start = (into: Part[], programs: readonly Program[]) =>
    allSettled(programs.map(async (program) => void into.push(await program.start())));
  try {
    const nginx = await ensureNginx();
    const description = await describeServices(signal);
    const openRedis = async () => {
      const redis = await startRedis({ instance, layout, secrets });
      parts.stores.push(...redis.parts);
      return redis.url;
    };
    const openKafka = async () => {
      const kafka = await startKafka({ instance, layout, secrets });
      parts.stores.unshift(kafka.part);
      return kafka.brokers;
    };
    const [redisUrl, kafkaBrokers] = await allSettled([openRedis(), openKafka()]);
    const stores = { redisUrl, kafkaBrokers };
    const logLevel = process.env['LOG_LEVEL'] || 'info';
    const surroundings = { instance, layout, secrets, app, ownerUrl, stores, logLevel };
    await start(parts.services, servicePrograms(surroundings, description, signal));
    await start(parts.front, frontPrograms(surroundings, { description, nginx, signal }));
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** As `Promise.all`, but fails only when nothing is still being started that nobody would stop. */
async function allSettled<T extends readonly unknown[]>(starting: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  await Promise.allSettled(starting);
  return (await Promise.all(starting)) as unknown as T;
}
