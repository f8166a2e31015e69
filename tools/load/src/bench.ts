import { UserError } from '@loyalnest/dev/errors';
import { parseOptions } from '@loyalnest/dev/options';
import { printedProgress } from '@loyalnest/dev/progress';
import { benchOrders } from './bench/bench-orders.ts';
import { describe, isPosted } from './bench/report.ts';
import { wholeNumber } from './whole-number.ts';

// Usage: bench.ts orders [--json] [--seconds N] [--rounds N]. With --json the last line of stdout is one object.
const secondsDefault = 5;
const roundsDefault = 5;

process.exitCode = await main(process.argv.slice(2));

async function main(argv: string[]): Promise<number> {
  try {
    const { values, positionals } = parseOptions(
      argv,
      { json: 'boolean', seconds: 'string', rounds: 'string' },
      { positionalsMax: 1 },
    );
    if (positionals[0] !== 'orders')
      throw new UserError('usage: ./dev.sh bench orders [--json] [--seconds N] [--rounds N]', 2);
    const figures = await benchOrders({
      seconds: wholeNumber('seconds', values.seconds, secondsDefault),
      rounds: wholeNumber('rounds', values.rounds, roundsDefault),
      progress: printedProgress(values.json ? process.stderr : process.stdout),
    });
    process.stdout.write(values.json ? `${JSON.stringify(figures)}\n` : describe(figures));
    return isPosted(figures) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`dev.sh: ${error.message}\n`);
    return error.exitCode;
  }
}
