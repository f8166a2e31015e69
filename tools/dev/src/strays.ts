import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { stopStrayPostgres } from '@loyalnest/platform/database/embedded';
import { UserError } from './errors.ts';
import type { Instance } from './instance.ts';
import { isRunning, readState, type ProcessId } from './state.ts';

const stopTimeoutMs = 15_000;
const pollMs = 25;

/**
 * Ends what a run that was killed has left behind. Its parts end with it by themselves, unless whoever killed it killed
 * what watches over them too. Returns whether there was anything.
 */
export async function stopStrays(instance: Instance): Promise<boolean> {
  const { postgres: _, ...others } = readState(instance)?.parts ?? {};
  const programs = Object.values(others).filter(isRunning);
  await Promise.all(programs.map(end));
  const hadPostgres = existsSync(instance.paths.postgres) && (await stopStrayPostgres(instance.paths.postgres));
  return programs.length > 0 || hadPostgres;
}

async function end(program: ProcessId): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    process.kill(program.pid, signal);
    if (await waitFor(() => !isRunning(program), stopTimeoutMs)) return;
  }
  throw new UserError(`process ${program.pid} of an earlier run does not end; end it yourself`);
}

/** Returns whether the condition came true in time. */
export async function waitFor(condition: () => boolean, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > deadline) return false;
    await sleep(pollMs);
  }
  return true;
}
