import type { JobQueue } from './job-queues.ts';

/** What waits in a service's queue: runs that are due and that nobody has begun. */
export type QueueView = { service: string; waiting: number; oldestWaitingMs: number };

/** A run that is due lies with the delayed ones until a worker looks; without workers it stays there. */
export async function lookAt(service: string, queue: JobQueue['queue']): Promise<QueueView> {
  const nowMs = Date.now();
  const [waiting, overdue, [nextWaiting], [nextDelayed]] = await Promise.all([
    queue.getWaitingCount(),
    queue.getDelayedCount(nowMs),
    queue.getWaiting(0, 0),
    queue.getDelayed(0, 0),
  ]);
  const ages = [nextWaiting, nextDelayed].flatMap((run) => (run ? [nowMs - dueMs(run)] : []));
  return { service, waiting: waiting + overdue, oldestWaitingMs: Math.max(0, ...ages) };
}

/** The scheduler notes when a run is due; its delay counts from when it was made. */
export function dueMs({ timestamp, delay, opts }: { timestamp: number; delay: number; opts: { prevMillis?: number } }) {
  return opts.prevMillis ?? timestamp + delay;
}
