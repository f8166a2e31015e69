import { Queue, Worker } from 'bullmq';
import type { Cluster } from 'ioredis';
import { openCluster } from '../redis/redis.ts';
import type { Logger } from '../telemetry/logger.ts';
import { hearFailures } from './hear-failures.ts';
import { workerOptions, type JobQueue, type JobQueueOptions, type JobQueues } from './job-queues.ts';
import { dueMs } from './queue-view.ts';

/** All queues of the process lie in one Redis Cluster, each with its keys on one node. */
export class RedisQueues implements JobQueues {
  readonly #cluster: Promise<Cluster>;
  readonly #closed = Promise.withResolvers<never>();

  constructor(options: { redisUrl: string; logger: Logger }) {
    // Commands wait while Redis is away: nobody waits for a job, and none may be lost.
    this.#cluster = openCluster(options.redisUrl, options.logger, { redisOptions: { maxRetriesPerRequest: null } });
    this.#closed.promise.catch(() => undefined);
  }

  async open({ service, work, timing, logger }: JobQueueOptions): Promise<JobQueue> {
    const connection = await this.#cluster;
    // The braces keep a queue's keys in one slot of the cluster, where BullMQ's scripts need them.
    const prefix = `bull:{${service}}`;
    const queue = new Queue('jobs', { connection, prefix });
    const worker = new Worker('jobs', (run) => work(run.name, dueMs(run)), {
      connection,
      prefix,
      ...workerOptions(timing),
    });
    hearFailures({ queue, worker }, logger);
    try {
      await Promise.race([queue.waitUntilReady(), this.#closed.promise]);
      await Promise.race([worker.waitUntilReady(), this.#closed.promise]);
    } catch (error) {
      void Promise.allSettled([worker.close(true), queue.close()]);
      throw error;
    }
    return { queue, worker };
  }

  async close(): Promise<void> {
    this.#closed.reject(new Error('closed before Redis was there'));
    (await this.#cluster).disconnect();
  }
}
