import { parseOptions } from '@loyalnest/dev/options';
import { printedProgress } from '@loyalnest/dev/progress';
import { wholeNumber } from '@loyalnest/load/whole-number';
import { drill, type DrillResult } from './drill.ts';

const afterBackupMs = 5_000;

/** `./dev.sh backup drill [--customers N] [--json]`. With --json the last line of stdout is one object. */
export async function runDrill(args: string[]): Promise<number> {
  const { values } = parseOptions(args, { json: 'boolean', customers: 'string', seed: 'string' });
  const result = await drill({
    customers: wholeNumber('customers', values.customers, 0),
    seed: wholeNumber('seed', values.seed, (Date.now() % 1_000_000) + 1),
    afterBackupMs,
    progress: printedProgress(values.json ? process.stderr : process.stdout),
  });
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : describe(result));
  return result.ok ? 0 : 1;
}

function describe(result: DrillResult): string {
  const { ok, recoveryPointSeconds, recoverySeconds, gigabytes, secondsPer10Gb, acknowledged, lost, ledger } = result;
  const rate = secondsPer10Gb === undefined ? '' : `, ${secondsPer10Gb} s per 10 GB (goal 60)`;
  return [
    `  ${ok ? '✓' : '✗'} of ${acknowledged} acknowledged deliveries ${lost} are lost, all of the last ${recoveryPointSeconds} s (goal 5)`,
    `    ${gigabytes} GB back and running after ${recoverySeconds} s${rate}`,
    `    ${ledger.ok ? 'the ledger proves itself' : `the ledger has ${ledger.differences} differences`}`,
    '',
  ].join('\n');
}
