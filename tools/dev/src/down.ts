import { UserError } from './errors.ts';
import { findInstance, type Instance } from './instance.ts';
import { findSupervisor, isRunning } from './state.ts';
import { stopStrays, waitFor } from './strays.ts';

/** The parts have their own, shorter limits; after them PostgreSQL may still write a checkpoint. */
const stopTimeoutMs = 120_000;

export async function down(): Promise<number> {
  const instance = findInstance();
  const outcome = await stopInstance(instance);
  const said = {
    stopped: 'Stopped.',
    cleaned: 'Stopped what a crashed run had left behind.',
    'not-running': 'LoyalNest is not running.',
  };
  process.stdout.write(`${said[outcome]}\n`);
  return 0;
}

export async function stopInstance(instance: Instance): Promise<'stopped' | 'cleaned' | 'not-running'> {
  const supervisor = findSupervisor(instance);
  if (!supervisor) return (await stopStrays(instance)) ? 'cleaned' : 'not-running';
  process.kill(supervisor.pid, 'SIGTERM');
  if (await waitFor(() => !isRunning(supervisor), stopTimeoutMs)) return 'stopped';
  throw new UserError(`process ${supervisor.pid} does not stop; its log is ${instance.logFile('dev')}`);
}
