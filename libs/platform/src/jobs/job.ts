/** Work that recurs. It may run again after a crash and must do nothing twice. */
export type Job = {
  /** Unique within the service: `approve-points`. */
  name: string;
  /** Five-field cron pattern in UTC, or the time between two runs. */
  schedule: { cron: string } | { everyMs: number };
  run(): Promise<void>;
};
