import { UserError } from '@loyalnest/dev/errors';
import { parseOptions } from '@loyalnest/dev/options';
import { printedProgress } from '@loyalnest/dev/progress';
import { crashTest, type CrashTestResult } from './crash/crash-test.ts';
import { wholeNumber } from './whole-number.ts';

// Usage: crash-test.ts [--rounds N] [--seed N] [--json]. With --json the last line of stdout is one object.
const roundsDefault = 20;

process.exitCode = await main(process.argv.slice(2));

async function main(argv: string[]): Promise<number> {
  try {
    const { values } = parseOptions(argv, { json: 'boolean', rounds: 'string', seed: 'string' });
    const result = await crashTest({
      rounds: wholeNumber('rounds', values.rounds, roundsDefault),
      seed: wholeNumber('seed', values.seed, (Date.now() % 1_000_000) + 1),
      progress: printedProgress(values.json ? process.stderr : process.stdout),
    });
    process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : describe(result));
    return result.lost + result.doubled + result.differences === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`dev.sh: ${error.message}\n`);
    return error.exitCode;
  }
}

function describe(result: CrashTestResult): string {
  const { lost, doubled, differences, findings } = result;
  const isClean = lost + doubled + differences === 0;
  return [
    `  ${isClean ? '✓' : '✗'} ${lost} lost, ${doubled} doubled, ${differences} differences`,
    `    ${result.acknowledged} deliveries acknowledged, of ${result.orders} orders; ${result.redemptions} rewards taken; ${result.redelivered} told again`,
    `    the server was killed ${result.serverKills} times, PostgreSQL ${result.postgresKills} times, in ${result.seconds} s (seed ${result.seed})`,
    ...findings.map((finding) => `    ${finding}`),
    '',
  ].join('\n');
}
