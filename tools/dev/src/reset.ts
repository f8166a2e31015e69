import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { stopInstance } from './down.ts';
import { UserError } from './errors.ts';
import { findInstance, type Instance } from './instance.ts';
import { readState } from './state.ts';

export async function reset({ isConfirmed }: { isConfirmed: boolean }): Promise<number> {
  const instance = findInstance();
  if (!existsSync(instance.home)) return say('There is nothing to remove.');
  const isOutside = readState(instance)?.database === 'outside';
  if (!isConfirmed && !(await confirm(instance, isOutside))) return say('Nothing was removed.');

  await stopInstance(instance);
  removeData(instance, isOutside);
  if (!isOutside) return say('Removed. The next start begins anew.');
  return say(`Removed, but for the keys: the data in the outside PostgreSQL needs ${instance.paths.keys}.`);
}

async function confirm(instance: Instance, isOutside: boolean): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new UserError('reset removes all data; without a terminal to ask in it needs --yes', 2);
  const what = isOutside ? 'the simulator and the logs' : 'the database, its keys, the simulator and the logs';
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(`Remove ${what} in ${instance.home}? [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

/** Only what is known to be ours: LOYALNEST_HOME may have been set to a folder with other things in it. */
function removeData({ home, paths }: Instance, isOutside: boolean): void {
  const ours = [
    paths.postgres,
    `${paths.postgres}.making`,
    paths.simulator,
    paths.kafka,
    paths.redis,
    paths.tls,
    paths.run,
    paths.logs,
    paths.cache,
  ];
  const keys = isOutside ? [] : [paths.keys, paths.secrets];
  for (const path of [...ours, ...keys]) rmSync(path, { recursive: true, force: true });
  if (readdirSync(home).length === 0) rmdirSync(home);
}

function say(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}
