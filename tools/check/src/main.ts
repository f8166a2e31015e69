import { checkCrashes } from './crash-test.ts';
import { endToEndStages } from './e2e.ts';
import { printStage } from './report.ts';
import { runSideBySide, runStage, type StageResult } from './stage.ts';
import { staticStages } from './static-stages.ts';
import { checkTests } from './tests.ts';

// Usage: main.ts [filter…]. With a filter only the tests whose file names contain it; without, everything.
const filters = process.argv.slice(2);

/** Tests start wholes of their own; what is set for a copy that runs, or for a real shop, must not reach them. */
const foreign = ['DATABASE_URL', 'SERVER_URL', 'SIMULATOR_URL', 'OWNER_DATABASE_URL', 'APP_URL'];
for (const name of [...foreign, 'SHOPIFY_CLIENT_ID', 'SHOPIFY_CLIENT_SECRET', 'LOYALNEST_E2E_SHAPE'])
  delete process.env[name];

const unknown = filters.find((filter) => filter.startsWith('-'));
if (unknown === undefined) {
  process.exitCode = await checkAll(filters);
} else {
  process.stderr.write(`dev.sh: unknown option '${unknown}'; ./dev.sh --help lists what is known\n`);
  process.exitCode = 2;
}

/** Runs every stage even when one fails. The very last line counts stages and tests. */
async function checkAll(filters: string[]): Promise<number> {
  const results: StageResult[] = [];
  const record = (result: StageResult) => {
    results.push(result);
    printStage(result);
  };
  if (filters.length === 0) for await (const result of runSideBySide(staticStages)) record(result);
  record(await runStage({ name: 'unit and integration tests', run: () => checkTests(filters) }));
  const flows = endToEndStages(filters);
  if (filters.length === 0) flows.push({ name: 'crash test', run: checkCrashes });
  for await (const result of runSideBySide(flows)) record(result);

  const passed = results.reduce((sum, result) => sum + result.tests.passed + (result.isPassed ? 1 : 0), 0);
  const failed = results.reduce((sum, result) => sum + result.tests.failed + (result.isPassed ? 0 : 1), 0);
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}
