import { checks } from './checks.ts';

type Result = { name: string; outcome: 'passed' | 'failed'; problem?: string };

/** Runs every check, also after one has failed. Returns the exit code. */
export async function check({ root, format }: { root: string; format: 'text' | 'json' }): Promise<number> {
  const results: Result[] = [];
  for (const { name, run } of checks) {
    const problem = await run(root);
    const result: Result = problem === undefined ? { name, outcome: 'passed' } : { name, outcome: 'failed', problem };
    results.push(result);
    if (format === 'text') process.stdout.write(describe(result));
  }
  const failed = results.filter(({ outcome }) => outcome === 'failed').length;
  const passed = results.length - failed;
  process.stdout.write(
    format === 'json'
      ? `${JSON.stringify({ passed, failed, results }, null, 2)}\n`
      : `${passed} passed, ${failed} failed\n`,
  );
  return failed === 0 ? 0 : 1;
}

function describe({ name, outcome, problem }: Result): string {
  return `${outcome === 'passed' ? '✓' : '✗'} ${name}\n${problem === undefined ? '' : `${problem.replace(/^/gm, '    ')}\n`}`;
}
