import { UserError } from '@loyalnest/dev/errors';
import { parseOptions } from '@loyalnest/dev/options';
import { printedProgress } from '@loyalnest/dev/progress';
import { LocalServerError } from '@loyalnest/platform/local-servers/system-program';
import { runMatrix, type ChaosResult } from './matrix.ts';
import { planMatrix } from './plan.ts';
import { describe, isClean, toJson } from './report.ts';
import { runRolling } from './rolling.ts';

// With --json the last line of stdout is one object.
const usage = `usage: ./dev.sh chaos matrix [--short] [--shape one|distributed] [--target T,…] [--fault F,…] [--json]
       ./dev.sh chaos rolling [--json]`;

process.exitCode = await main(process.argv.slice(2));

async function main([what, ...argv]: string[]): Promise<number> {
  try {
    if (what === 'matrix') return await matrix(argv);
    if (what === 'rolling') return await rolling(argv);
    throw new UserError(usage, 2);
  } catch (error) {
    if (!(error instanceof UserError || error instanceof LocalServerError)) throw error;
    process.stderr.write(`dev.sh: ${error.message}\n`);
    return error instanceof UserError ? error.exitCode : 1;
  }
}

async function matrix(argv: string[]): Promise<number> {
  const kinds = { json: 'boolean', short: 'boolean', shape: 'string', target: 'string', fault: 'string' } as const;
  const { values } = parseOptions(argv, kinds);
  const { json: _json, ...wanted } = values;
  return tell(await runMatrix(planMatrix(wanted), progressFor(values)), values);
}

async function rolling(argv: string[]): Promise<number> {
  const { values } = parseOptions(argv, { json: 'boolean' });
  return tell(await runRolling(progressFor(values)), values);
}

function progressFor({ json }: { json?: boolean | undefined }) {
  return printedProgress(json ? process.stderr : process.stdout);
}

function tell(result: ChaosResult, { json }: { json?: boolean | undefined }): number {
  process.stdout.write(json ? `${toJson(result)}\n` : describe(result));
  return isClean(result) ? 0 : 1;
}
