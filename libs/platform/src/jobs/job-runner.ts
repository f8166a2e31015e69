import { setTimeout as sleep } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { createPostgresBackend, withBackend } from 'bullmq';
import type { Config } from '../config/config.ts';
import { isUnavailable } from '../database/database.ts';
import { HeardClient } from '../database/heard-client.ts';
import { jobSchemaName, serviceDatabaseUrl } from '../database/roles.ts';
import type { Service } from '../service.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Job } from './job.ts';

const { Queue, Worker } = withBackend(createHeardBackend);

/** Finished runs that stay to be looked at. */
const keptRuns = 50;
/** Jobs of one service that run side by side, so that one that takes minutes does not hold up one that is due each minute. */
const jobsAtOnce = 4;

/** Wait before PostgreSQL is asked again. */
const retryMs = 500;
/** While PostgreSQL is away, a worker complains many times a second. */
const warnEveryMs = 1_000;

type Closable = { close(): Promise<void> };
type Room = { service: Service; logger: Logger };
type JobsOf = Room & { jobs: Job[] };

/** Runs each service's recurring jobs from a queue in the service's own database, once however many processes there are. */
export class JobRunner {
  readonly #services: readonly JobsOf[];
  readonly #config: Config;
  readonly #open: Closable[] = [];

  constructor(options: { app: INestApplicationContext; rooms: readonly Room[]; config: Config }) {
    this.#config = options.config;
    this.#services = options.rooms
      .map(({ service, logger }) => ({
        service,
        logger,
        jobs: (service.jobs ?? []).map((token) => options.app.get(token, { strict: false })),
      }))
      .filter(({ jobs }) => jobs.length > 0);
  }

  /** Runs one job now, outside its schedule. */
  async runNow(name: string): Promise<void> {
    const job = this.#services.flatMap(({ jobs }) => jobs).find((candidate) => candidate.name === name);
    if (!job) throw new Error(`no job is called ${name}`);
    await job.run();
  }

  async start(): Promise<void> {
    for (const entry of this.#services) await this.#startService(entry);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#open.map((part) => part.close()));
  }

  async #startService({ service, jobs, logger }: JobsOf): Promise<void> {
    const connection = {
      connectionString: serviceDatabaseUrl({
        databaseUrl: this.#config.DATABASE_URL,
        service: service.name,
        roleSecret: this.#config.DATABASE_ROLE_SECRET,
      }),
      schema: jobSchemaName(service.name),
      max: 2,
      application_name: `loyalnest-${service.name}-jobs`,
      // Reaches the pool that BullMQ makes, which itself listens to idle connections only.
      Client: HeardClient,
    };
    const byName = new Map(jobs.map((job) => [job.name, job]));
    const { queue, worker } = await connect(() => {
      const queue = new Queue('jobs', { connection });
      const worker = new Worker('jobs', async ({ name }) => byName.get(name)?.run(), {
        connection,
        concurrency: jobsAtOnce,
        removeOnComplete: { count: keptRuns },
        removeOnFail: { count: keptRuns },
        autorun: false,
      });
      worker.on('failed', (job, error) => logger.error({ err: error, job: job?.name }, 'job failed'));
      worker.on(
        'error',
        atMostEvery(warnEveryMs, (error: Error) => logger.warn({ err: error }, 'job queue unavailable')),
      );
      queue.on('error', () => undefined);
      return { queue, worker };
    });
    void worker.run().catch((error: unknown) => logger.error({ err: error }, 'the job queue has ended'));
    this.#open.push(worker, queue);
    for (const job of jobs) {
      const repeat = 'cron' in job.schedule ? { pattern: job.schedule.cron } : { every: job.schedule.everyMs };
      await onceAvailable(() => queue.upsertJobScheduler(job.name, repeat, { name: job.name }));
    }
  }
}

/**
 * Makes a queue and its worker until both have seen PostgreSQL. One whose first look failed keeps that failure for good, and
 * asks for jobs again and again without a pause; it is thrown away.
 */
async function connect<P extends { queue: Connecting; worker: Connecting }>(make: () => P): Promise<P> {
  for (;;) {
    const made = make();
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

type Connecting = { waitUntilReady(): Promise<unknown>; close(): Promise<void> };

/** BullMQ makes the connection that listens by itself, and hears of its loss only a moment after it is open. */
function createHeardBackend(
  ...args: Parameters<typeof createPostgresBackend>
): ReturnType<typeof createPostgresBackend> {
  const backend = createPostgresBackend(...args);
  const { connection } = backend as unknown as { connection: { pgModule: { Client: typeof HeardClient } } };
  connection.pgModule = { Client: HeardClient };
  return backend;
}

function atMostEvery<A extends unknown[]>(ms: number, work: (...args: A) => void): (...args: A) => void {
  let lastMs = -Infinity;
  return (...args) => {
    const nowMs = performance.now();
    if (nowMs - lastMs < ms) return;
    lastMs = nowMs;
    work(...args);
  };
}

/** PostgreSQL may go away while we start; that is no reason not to have started. */
async function onceAvailable(work: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      await sleep(retryMs);
    }
  }
}
