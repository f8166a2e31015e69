import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runNode } from './program.ts';
import type { Outcome } from './stage.ts';

/** Runs the tests of these projects and counts them. */
export async function runVitest(options: {
  projects: readonly string[];
  filters: readonly string[];
  env?: Record<string, string>;
}): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'loyalnest-check-'));
  const resultFile = join(folder, 'result.json');
  try {
    const args = [
      ...['run', '--passWithNoTests', '--reporter=dot', '--reporter=json', `--outputFile.json=${resultFile}`],
      ...options.projects.flatMap((project) => ['--project', project]),
      ...options.filters,
    ];
    const { exitCode, output } = await runNode('node_modules/vitest/vitest.mjs', args, { env: options.env ?? {} });
    const tests = readCounts(resultFile);
    return { isPassed: exitCode === 0 && tests !== undefined, output, ...(tests ? describeTests(tests) : {}) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Counts = { passed: number; failed: number; skipped: number };

function describeTests({ passed, failed, skipped }: Counts): Pick<Outcome, 'tests' | 'note'> {
  const parts = [
    `${passed} passed`,
    ...(failed ? [`${failed} failed`] : []),
    ...(skipped ? [`${skipped} skipped`] : []),
  ];
  return { tests: { passed, failed }, note: parts.join(', ') };
}

/** Undefined when the run ended before it could write its result. */
function readCounts(file: string): Counts | undefined {
  try {
    const result = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
    return {
      passed: result['numPassedTests'] ?? 0,
      failed: result['numFailedTests'] ?? 0,
      skipped: (result['numPendingTests'] ?? 0) + (result['numTodoTests'] ?? 0),
    };
  } catch {
    return undefined;
  }
}
