import type { JobQueue } from './job-queues.ts';

/** How a service's queue does. */
export type QueueView = {
  service: string;
  /** Runs that are due and that nobody has begun. */
  waiting: number;
  oldestWaitingMs: number;
  active: number;
  /** Not due yet. */
  delayed: number;
  /** Of those that are kept to be looked at. */
  failed: number;
};

/** A run that is due lies with the delayed ones until a worker looks; without workers it stays there. */
export async function lookAt(service: string, queue: JobQueue['queue']): Promise<QueueView> {
  const nowMs = Date.now();
  const [counts, waiting, overdue, [nextWaiting], [nextDelayed]] = await Promise.all([
    queue.getJobCounts('active', 'delayed', 'failed'),
    queue.getWaitingCount(),
    queue.getDelayedCount(nowMs),
    queue.getWaiting(0, 0),
    queue.getDelayed(0, 0),
  ]);
  const ages = [nextWaiting, nextDelayed].flatMap((run) => (run ? [nowMs - dueMs(run)] : []));
  const { active = 0, delayed = 0, failed = 0 } = counts;
  return {
    ...{ service, waiting: waiting + overdue, oldestWaitingMs: Math.max(0, ...ages) },
    ...{ active, delayed: Math.max(0, delayed - overdue), failed },
  };
}

/** The scheduler notes when a run is due; its delay counts from when it was made. */
export function dueMs({ timestamp, delay, opts }: { timestamp: number; delay: number; opts: { prevMillis?: number } }) {
  return opts.prevMillis ?? timestamp + delay;
}
