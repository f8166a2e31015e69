export type FrameCheck = {
  at: string;
  shop: string;
  path: string;
  /** `failed`: the page was shown, and something went wrong in it. */
  outcome: 'framed' | 'refused' | 'failed';
  reason: string | null;
};

/** What the app's pages answered when the admin opened them, and what went wrong in them; newest first. */
export type FrameChecks = {
  refused: number;
  failed: number;
  latest: FrameCheck[];
  record(facts: Pick<FrameCheck, 'shop' | 'path' | 'outcome' | 'reason'>): FrameCheck;
};

const LATEST_MAX = 50;

export function createFrameChecks(clock: { now(): number }): FrameChecks {
  const checks: FrameChecks = {
    refused: 0,
    failed: 0,
    latest: [],
    record(facts) {
      const check = { at: new Date(clock.now()).toISOString(), ...facts };
      if (check.outcome !== 'framed') checks[check.outcome]++;
      checks.latest.unshift(check);
      checks.latest.length = Math.min(checks.latest.length, LATEST_MAX);
      return check;
    },
  };
  return checks;
}
