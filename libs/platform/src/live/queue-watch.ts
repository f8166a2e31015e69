import type { EventPaths } from '../events/event-paths.ts';
import type { JobRunner } from '../jobs/job-runner.ts';
import { atMostEvery } from '../telemetry/at-most-every.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { LiveStreams } from './live-streams.ts';

const everyMs = 5_000;
/** Timers are not exact, and a turn that is still taken by a few milliseconds would be lost. */
const turnMs = 4_500;
const warnEveryMs = 60_000;

export type QueueWatchOptions = {
  streams: LiveStreams;
  /** Of the services in this process: of several such processes one looks. */
  service: string;
  jobs: Pick<JobRunner, 'look'>;
  events: Pick<EventPaths, 'lag'>;
  logger: Logger;
};

/** Tells how the job queues and outboxes of this process's services do, while somebody watches. */
export class QueueWatch {
  readonly #options: QueueWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  #number = 0;
  readonly #complain: (error: unknown) => void;

  constructor(options: QueueWatchOptions) {
    this.#options = options;
    this.#complain = atMostEvery(warnEveryMs, (err) => options.logger.warn({ err }, 'queues could not be looked at'));
  }

  start(): void {
    this.#timer = setInterval(() => {
      // One look that waits for a server which is away is enough.
      if (this.#isLooking) return;
      this.#isLooking = true;
      void this.#look()
        .catch(this.#complain)
        .finally(() => (this.#isLooking = false));
    }, everyMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const { streams, service, jobs, events } = this.#options;
    if (!(await streams.takeTurn({ name: service, everyMs: turnMs }))) return;
    const [queues, outboxes] = await Promise.all([jobs.look(), events.lag()]);
    const nowMs = Date.now();
    const text = JSON.stringify({
      time: new Date(nowMs).toISOString(),
      service_name: service,
      queues,
      outboxes: outboxes.map(({ source, consumer, events: waiting, oldestAt }) => ({
        ...{ service: source, consumer, waiting },
        oldestWaitingMs: oldestAt ? Math.max(0, nowMs - oldestAt.getTime()) : 0,
      })),
    });
    this.#number += 1;
    await streams.add('queues', { number: this.#number, entries: [{ text, merchantId: null }] });
  }
}
