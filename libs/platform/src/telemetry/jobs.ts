import { Counter, Histogram, type Reading } from './instruments.ts';
import { inSpan } from './tracing.ts';

/** Jobs look at one shop or at all of them: milliseconds to minutes. */
const durationBounds = [0.01, 0.05, 0.2, 1, 5, 30, 120, 600] as const;
const delayBounds = [0.05, 0.1, 0.5, 1, 2, 5, 15, 60, 300] as const;

const runs = new Counter({
  name: 'loyalnest_job_runs_total',
  help: 'Runs of recurring jobs that ended, by how they ended.',
  labels: ['service', 'job_name', 'outcome'],
});
const durations = new Histogram({
  name: 'loyalnest_job_duration_seconds',
  help: 'How long runs of recurring jobs took.',
  labels: ['service', 'job_name'],
  bounds: durationBounds,
});
const delays = new Histogram({
  name: 'loyalnest_job_start_delay_seconds',
  help: 'Latency of the job queue: time between when a run was due and when it began.',
  labels: ['service'],
  bounds: delayBounds,
});

export type JobRun = { service: string; job: string; dueAtMs: number };

/** Runs a job as a trace of its own, and takes down how late it began, how long it took and how it ended. */
export async function watchJob<R>({ service, job, dueAtMs }: JobRun, run: () => Promise<R>): Promise<R> {
  const begunMs = performance.now();
  delays.of(service).observe(Math.max(0, Date.now() - dueAtMs) / 1_000);
  let outcome = 'failed';
  try {
    const result = await inSpan(
      { name: `job ${job}`, kind: 'internal', parent: null, attributes: { job_name: job } },
      run,
    );
    outcome = 'done';
    return result;
  } finally {
    durations.of(service, job).observe((performance.now() - begunMs) / 1_000);
    runs.add(1, service, job, outcome);
  }
}

export function readJobs() {
  return [runs.read(), durations.read(), delays.read()];
}

/** What waits in a service's queue: runs that are due and that nobody has begun. */
type QueueView = { service: string; waiting: number; oldestWaitingMs: number };

export function readQueues(views: readonly QueueView[]): Reading[] {
  return [
    {
      name: 'loyalnest_job_queue_waiting_runs',
      help: 'Runs of recurring jobs that are due and that no process of the service has begun.',
      type: 'gauge',
      samples: views.map(({ service, waiting }) => ({ labels: { service }, value: waiting })),
    },
    {
      name: 'loyalnest_job_queue_oldest_waiting_seconds',
      help: 'For how long the oldest of them has been due; 0 when none waits.',
      type: 'gauge',
      samples: views.map(({ service, oldestWaitingMs }) => ({ labels: { service }, value: oldestWaitingMs / 1_000 })),
    },
  ];
}
