import type { Logger } from '../telemetry/logger.ts';

/** Finished runs that stay to be looked at. */
const keptRuns = 50;
/** Jobs of one service that run side by side, so that one that takes minutes does not hold up one that is due each minute. */
const jobsAtOnce = 4;
/** Wait before a queue that failed is asked again; BullMQ's own is 15 s. */
const retryMs = 1_000;

export type JobTiming = {
  /** A run whose process is silent for this long is no longer its own, */
  lockMs: number;
  /** and this often others look for such runs. */
  stalledMs: number;
  /** How soon a schedule that the server has forgotten is made again. */
  scheduleMs: number;
};

export const jobTiming: JobTiming = { lockMs: 30_000, stalledMs: 30_000, scheduleMs: 60_000 };

/** What workers of both kinds are told. */
export function workerOptions({ lockMs, stalledMs }: JobTiming) {
  return {
    concurrency: jobsAtOnce,
    removeOnComplete: { count: keptRuns },
    removeOnFail: { count: keptRuns },
    autorun: false,
    lockDuration: lockMs,
    stalledInterval: stalledMs,
    runRetryDelay: retryMs,
  };
}

/** One service's queue and what works it off, of BullMQ on whichever server. */
export type JobQueue = { queue: Queue; worker: Worker };

type Queue = {
  waitUntilReady(): Promise<unknown>;
  upsertJobScheduler(
    id: string,
    repeat: { pattern: string } | { every: number },
    template: { name: string },
  ): Promise<unknown>;
  getJobSchedulersCount(): Promise<number>;
  getJobCounts(...states: ('active' | 'delayed' | 'failed')[]): Promise<Record<string, number>>;
  getWaitingCount(): Promise<number>;
  getWaiting(start: number, end: number): Promise<WaitingRun[]>;
  getDelayedCount(dueBefore: number): Promise<number>;
  getDelayed(start: number, end: number): Promise<WaitingRun[]>;
  close(): Promise<unknown>;
  on(event: 'error', heard: (error: Error) => void): unknown;
};

type WaitingRun = { timestamp: number; delay: number; opts: { prevMillis?: number } };

type Worker = {
  waitUntilReady(): Promise<unknown>;
  run(): Promise<unknown>;
  close(force?: boolean): Promise<unknown>;
  on(event: 'failed', heard: (job: { name: string } | undefined, error: Error) => void): unknown;
  on(event: 'error', heard: (error: Error) => void): unknown;
};

export type JobQueueOptions = {
  service: string;
  work: (jobName: string, dueAtMs: number) => Promise<void>;
  timing: JobTiming;
  logger: Logger;
};

/** Where the queues of this process are. */
export type JobQueues = {
  /** Resolves once the queue has seen its server, which may be away for long; throws when `close` comes first. */
  open(options: JobQueueOptions): Promise<JobQueue>;
  /** To be called when the queues are closed. */
  close(): Promise<void>;
};
