import { setTimeout as sleep } from 'node:timers/promises';
import { createPostgresBackend, withBackend } from 'bullmq';
import type { Config } from '../config/config.ts';
import { isUnavailable } from '../database/database.ts';
import { HeardClient } from '../database/heard-client.ts';
import { jobSchemaName, serviceDatabaseUrl } from '../database/roles.ts';
import { hearFailures } from './hear-failures.ts';
import { workerOptions, type JobQueue, type JobQueueOptions, type JobQueues } from './job-queues.ts';
import { dueMs } from './queue-view.ts';

const { Queue, Worker } = withBackend(createHeardBackend);

/** Wait before PostgreSQL is asked again. */
const retryMs = 500;
/**
 * Connections stay open from one minute's jobs to the next: all services begin theirs at the same moment, and each new
 * connection costs PostgreSQL some 10 ms more for its first statements.
 */
const idleMs = 120_000;

/** Each service's queue lies in a schema of its own in PostgreSQL. */
export class PostgresQueues implements JobQueues {
  readonly #config: Config;
  #isClosed = false;

  constructor(config: Config) {
    this.#config = config;
  }

  /**
   * Makes a queue and its worker until both have seen PostgreSQL. One whose first look failed keeps that failure for good,
   * and asks for jobs again and again without a pause; it is thrown away.
   */
  async open(options: JobQueueOptions): Promise<JobQueue> {
    for (;;) {
      if (this.#isClosed) throw new Error('closed before PostgreSQL was there');
      const made = this.#make(options);
      try {
        await Promise.all([made.queue.waitUntilReady(), made.worker.waitUntilReady()]);
        return made;
      } catch (error) {
        // Not waited for: closing what never opened may take for ever.
        void Promise.allSettled([made.worker.close(), made.queue.close()]);
        if (!isUnavailable(error)) throw error;
        await sleep(retryMs);
      }
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  #make({ service, work, timing, logger }: JobQueueOptions): JobQueue {
    const connection = {
      connectionString: serviceDatabaseUrl({
        databaseUrl: this.#config.DATABASE_URL,
        service,
        roleSecret: this.#config.DATABASE_ROLE_SECRET,
      }),
      schema: jobSchemaName(service),
      max: 2,
      idleTimeoutMillis: idleMs,
      application_name: `loyalnest-${service}-jobs`,
      // Reaches the pool that BullMQ makes, which itself listens to idle connections only.
      Client: HeardClient,
    };
    const queue = new Queue('jobs', { connection });
    const worker = new Worker('jobs', (run) => work(run.name, dueMs(run)), { connection, ...workerOptions(timing) });
    hearFailures({ queue, worker }, logger);
    return { queue, worker };
  }
}

/** BullMQ makes the connection that listens by itself, and hears of its loss only a moment after it is open. */
function createHeardBackend(
  ...args: Parameters<typeof createPostgresBackend>
): ReturnType<typeof createPostgresBackend> {
  const backend = createPostgresBackend(...args);
  const { connection } = backend as unknown as { connection: { pgModule: { Client: typeof HeardClient } } };
  connection.pgModule = { Client: HeardClient };
  return backend;
}
