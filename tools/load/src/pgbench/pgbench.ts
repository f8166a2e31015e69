import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '@loyalnest/dev/errors';
import { latenciesOf, type Latencies } from '../figures/statistics.ts';
import type { PgbenchScript } from './scripts.ts';

/** Whether PostgreSQL may plan a prepared statement anew for the parameters at hand. */
export type PlanCacheMode = 'auto' | 'force_generic_plan';

export type PgbenchRun = {
  script: PgbenchScript;
  /** Connection, with its password. */
  databaseUrl: string;
  clients: number;
  planCacheMode: PlanCacheMode;
  seconds: number;
  /** Where the script is put. */
  folder: string;
  seed: number;
};

export type PgbenchResult = { perSecond: number; transactions: number };

/** A transaction of pgbench's log: when it was over, and how long after the moment it was meant to begin. */
export type LoggedTransaction = { endMs: number; latencyMs: number };

const logPrefix = 'pgbench-log';

/** More threads than cores are no use. */
const threadsMax = 2;

export async function assertPgbench(): Promise<void> {
  const { code } = await run(['--version'], {}).catch(() => ({ code: 1 }));
  if (code === 0) return;
  throw new UserError('pgbench is missing; on Debian and Ubuntu: apt-get install postgresql-contrib');
}

/** Runs prepared statements of the script as fast as they go. Throws when any transaction failed. */
export function runPgbench(options: PgbenchRun): Promise<PgbenchResult> {
  return runWith(options, []);
}

/**
 * Runs the script at random moments, `ratePerSecond` on average, and times each transaction from the moment it was meant to begin,
 * as `openLoop` does. What begins in the first `warmUpMs` is not counted.
 */
export async function runPgbenchAtRate(
  options: PgbenchRun & { ratePerSecond: number; warmUpMs: number },
): Promise<Latencies> {
  const { folder, ratePerSecond, warmUpMs } = options;
  const logs = () => readdirSync(folder).filter((name) => name.startsWith(`${logPrefix}.`));
  for (const name of logs()) rmSync(join(folder, name));
  await runWith(options, [`--rate=${ratePerSecond}`, '--log', `--log-prefix=${join(folder, logPrefix)}`]);
  const transactions = logs().flatMap((name) => readLog(readFileSync(join(folder, name), 'utf8')));
  const begunMs = transactions.map(({ endMs, latencyMs }) => endMs - latencyMs);
  const fromMs = Math.min(...begunMs) + warmUpMs;
  return latenciesOf(
    transactions.filter((_, index) => (begunMs[index] ?? 0) >= fromMs).map(({ latencyMs }) => latencyMs),
  );
}

/** Lines of `--log`: client, number, µs since it was meant to begin, script, and the end in seconds and µs of a second. */
export function readLog(text: string): LoggedTransaction[] {
  return text
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number))
    .map(([, , latency = Number.NaN, , seconds = Number.NaN, micros = Number.NaN]) => ({
      endMs: seconds * 1_000 + micros / 1_000,
      latencyMs: latency / 1_000,
    }));
}

async function runWith(options: PgbenchRun, more: readonly string[]): Promise<PgbenchResult> {
  const { script, databaseUrl, clients, planCacheMode, seconds, folder, seed } = options;
  const file = join(folder, 'pgbench.sql');
  writeFileSync(file, script.text);
  const url = new URL(databaseUrl);
  const { code, output } = await run(
    [
      ...['--no-vacuum', '--protocol=prepared', `--file=${file}`, `--random-seed=${seed}`],
      ...[`--client=${clients}`, `--jobs=${Math.min(threadsMax, clients)}`, `--time=${seconds}`],
      ...more,
      ...Object.entries(script.variables).flatMap(([name, value]) => ['-D', `${name}=${value}`]),
    ],
    {
      PGHOST: url.hostname,
      PGPORT: url.port,
      PGUSER: url.username,
      PGPASSWORD: url.password,
      PGDATABASE: url.pathname.slice(1),
      // As the server does (`Database.forLookUps`): a plan made while tables are small must not read all of them later.
      PGOPTIONS: `-c plan_cache_mode=${planCacheMode} -c enable_seqscan=off`,
    },
  );
  const perSecond = figure(output, /^tps = ([\d.]+)/m);
  const transactions = figure(output, /^number of transactions actually processed: (\d+)/m);
  const failed = figure(output, /^number of failed transactions: (\d+)/m);
  if (code !== 0 || !perSecond || failed !== 0) throw new Error(`pgbench failed:\n${output.trim()}`);
  return { perSecond, transactions };
}

function figure(output: string, pattern: RegExp): number {
  return Number(pattern.exec(output)?.[1] ?? Number.NaN);
}

async function run(args: string[], env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const child = spawn('pgbench', args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((settle, fail) => child.once('error', fail).once('close', settle));
  return { code, output };
}
