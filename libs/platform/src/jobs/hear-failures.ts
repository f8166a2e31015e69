import { atMostEvery } from '../telemetry/at-most-every.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { JobQueue } from './job-queues.ts';

/** While the server of the queue is away, a worker complains many times a second. */
const warnEveryMs = 1_000;

/** Unheard, an error of the queue would end the process. */
export function hearFailures({ queue, worker }: JobQueue, logger: Logger): void {
  worker.on('failed', (job, error) => logger.error({ err: error, job: job?.name }, 'job failed'));
  worker.on(
    'error',
    atMostEvery(warnEveryMs, (error: Error) => logger.warn({ err: error }, 'job queue unavailable')),
  );
  queue.on('error', () => undefined);
}
