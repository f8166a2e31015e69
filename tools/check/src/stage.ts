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

/** Stages that run at the same time; each keeps about one processor busy. */
const stagesAtOnce = 2;

/** Runs stages side by side and gives their results in the given order, each as soon as it can. */
export async function* runSideBySide(stages: readonly Stage[]): AsyncGenerator<StageResult> {
  const waiting = stages.map((stage) => ({ stage, result: Promise.withResolvers<StageResult>() }));
  let next = 0;
  const work = async () => {
    for (let one = waiting[next++]; one; one = waiting[next++]) one.result.resolve(await runStage(one.stage));
  };
  for (let workers = 0; workers < stagesAtOnce; workers += 1) void work();
  for (const { result } of waiting) yield result.promise;
}

function failed(error: unknown): Outcome {
  return { isPassed: false, output: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
