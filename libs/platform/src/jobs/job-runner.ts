import { setTimeout as sleep } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import type { Config } from '../config/config.ts';
import { isUnavailable } from '../database/database.ts';
import type { Service } from '../service.ts';
import { watchJob } from '../telemetry/jobs.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Job } from './job.ts';
import { jobTiming, type JobQueue, type JobQueues, type JobTiming } from './job-queues.ts';
import { PostgresQueues } from './postgres-queues.ts';
import { lookAt, type QueueView } from './queue-view.ts';

/** The start waits for the queues as long as they come soon, and goes on without them. */
const startMs = 5_000;
/** For the farewell to a server that may not be there. What runs is waited for before. */
const closeMs = 5_000;
/** Wait before the server of the queues is asked again. */
const retryMs = 500;

type Room = { service: Service; logger: Logger };
type JobsOf = Room & { jobs: Job[] };

/**
 * Runs each service's recurring jobs from a queue, once however many processes there are: in the service's own database, or
 * in Redis where there is one.
 */
export class JobRunner {
  readonly #services: readonly JobsOf[];
  readonly #config: Config;
  readonly #timing: JobTiming;
  readonly #open: (JobQueue & { service: string })[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #timers: NodeJS.Timeout[] = [];
  #queues: JobQueues | undefined;
  #isStopping = false;

  constructor(options: { app: INestApplicationContext; rooms: readonly Room[]; config: Config; timing?: JobTiming }) {
    this.#config = options.config;
    this.#timing = options.timing ?? jobTiming;
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

  /** What waits in each service's queue. Throws while the server of the queues is away. */
  look(): Promise<QueueView[]> {
    return Promise.all(this.#open.map(({ service, queue }) => lookAt(service, queue)));
  }

  /** Resolves when the queues are open; while their server is away, soon all the same, and they open when it comes. */
  async start(): Promise<void> {
    const [first] = this.#services;
    if (!first) return;
    this.#queues = await makeQueues(this.#config, first.logger);
    const started = Promise.all(this.#services.map((entry) => this.#startService(entry)));
    const isStarted = await Promise.race([started.then(() => true), sleep(startMs, false, { ref: false })]);
    if (isStarted) return;
    first.logger.warn('job queue unavailable; jobs run when it comes');
    started.catch((error: unknown) => {
      if (!this.#isStopping) first.logger.error({ err: error }, 'jobs cannot be run');
    });
  }

  /** Lets the runs that are under way end, then leaves the queues. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const timer of this.#timers) clearInterval(timer);
    const closed = this.#close();
    do {
      await Promise.allSettled(this.#running);
      await Promise.race([closed, sleep(closeMs, undefined, { ref: false })]);
    } while (this.#running.size > 0);
    await this.#queues?.close();
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#open.map(({ worker }) => worker.close()));
    await Promise.allSettled(this.#open.map(({ queue }) => queue.close()));
  }

  async #startService({ service, jobs, logger }: JobsOf): Promise<void> {
    const byName = new Map(jobs.map((job) => [job.name, job]));
    const opened = await this.#queues?.open({
      service: service.name,
      work: (name, dueAtMs) => this.#work(service.name, byName.get(name), dueAtMs),
      timing: this.#timing,
      logger,
    });
    if (!opened) return;
    const { queue, worker } = opened;
    void worker.run().catch((error: unknown) => logger.error({ err: error }, 'the job queue has ended'));
    this.#open.push({ service: service.name, queue, worker });
    await this.#onceAvailable(() => schedule(queue, jobs));
    this.#keepSchedules({ queue, jobs, logger });
  }

  /** A server that came back empty has forgotten them, and nobody starts us anew because of that. */
  #keepSchedules({ queue, jobs, logger }: { queue: JobQueue['queue']; jobs: readonly Job[]; logger: Logger }): void {
    const look = async () => {
      const count = await queue.getJobSchedulersCount();
      if (count >= jobs.length || this.#isStopping) return;
      logger.warn('the job queue has forgotten its schedules; they are made again');
      await schedule(queue, jobs);
    };
    // What fails here, the worker complains of.
    this.#timers.push(setInterval(() => void look().catch(() => undefined), this.#timing.scheduleMs));
  }

  async #work(service: string, job: Job | undefined, dueAtMs: number): Promise<void> {
    if (!job) return;
    const run = watchJob({ service, job: job.name, dueAtMs }, () => job.run());
    this.#running.add(run);
    try {
      await run;
    } finally {
      this.#running.delete(run);
    }
  }

  /** The server of the queues may go away while we start; that is no reason not to have started. */
  async #onceAvailable(work: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await work();
        return;
      } catch (error) {
        if (!isUnavailable(error) || this.#isStopping) throw error;
        await sleep(retryMs);
      }
    }
  }
}

async function schedule(queue: JobQueue['queue'], jobs: readonly Job[]): Promise<void> {
  for (const job of jobs) {
    const repeat = 'cron' in job.schedule ? { pattern: job.schedule.cron } : { every: job.schedule.everyMs };
    await queue.upsertJobScheduler(job.name, repeat, { name: job.name });
  }
}

/** BullMQ on Redis is loaded only where Redis is configured. */
async function makeQueues(config: Config, logger: Logger): Promise<JobQueues> {
  if (config.REDIS_URL === undefined) return new PostgresQueues(config);
  const { RedisQueues } = await import('./redis-queues.ts');
  return new RedisQueues({ redisUrl: config.REDIS_URL, logger });
}
