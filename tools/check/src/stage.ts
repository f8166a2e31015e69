/** One thing that is checked. */
export type Stage = { name: string; run(): Promise<Outcome> };

export type Outcome = {
  isPassed: boolean;
  /** Shown when the stage fails. */
  output: string;
  /** Shown behind the stage's name. */
  note?: string;
  tests?: TestCounts;
};

export type TestCounts = { passed: number; failed: number };

export type StageResult = Outcome & { name: string; tests: TestCounts; durationMs: number };

export async function runStage(stage: Stage): Promise<StageResult> {
  const startMs = performance.now();
  const outcome = await stage.run().catch(failed);
  return { tests: { passed: 0, failed: 0 }, ...outcome, name: stage.name, durationMs: performance.now() - startMs };
}

function failed(error: unknown): Outcome {
  return { isPassed: false, output: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
