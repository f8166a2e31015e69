export type FrameCheck = {
  at: string;
  shop: string;
  path: string;
  outcome: 'framed' | 'refused';
  reason: string | null;
};

/** What the app's pages answered when the admin opened them, and what went wrong in them; newest first. */
export type FrameChecks = {
  refused: number;
  latest: FrameCheck[];
  /** Without a reason, all was well. */
  record(facts: { shop: string; path: string; reason: string | undefined }): FrameCheck;
};

const LATEST_MAX = 50;

export function createFrameChecks(clock: { now(): number }): FrameChecks {
  const checks: FrameChecks = {
    refused: 0,
    latest: [],
    record({ shop, path, reason }) {
      const outcome = reason === undefined ? 'framed' : 'refused';
      const check: FrameCheck = {
        at: new Date(clock.now()).toISOString(),
        shop,
        path,
        outcome,
        reason: reason ?? null,
      };
      if (outcome === 'refused') checks.refused++;
      checks.latest.unshift(check);
      checks.latest.length = Math.min(checks.latest.length, LATEST_MAX);
      return check;
    },
  };
  return checks;
}
