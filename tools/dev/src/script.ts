import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Command } from './commands.ts';
import { toolEnvironment } from './environment.ts';
import { UserError } from './errors.ts';
import { findInstance, root } from './instance.ts';
import { readSecrets } from './secrets.ts';
import { findSupervisor, readState } from './state.ts';

/** Runs a plugged-in program in the folder we were called from, and ends as it ends. */
export async function runScript(command: Extract<Command, { script: string }>, args: string[]): Promise<number> {
  const child = spawn(process.execPath, [join(root, command.script), ...args], {
    env: { ...process.env, ...findEnvironment(command) },
    stdio: 'inherit',
  });
  // The terminal sends Ctrl-C to both of us; how to end on it is the program's decision.
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  const pass = () => child.kill('SIGTERM');
  process.on('SIGTERM', pass);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((settle, fail) =>
    child.once('error', fail).once('exit', (...end) => settle(end)),
  );
  return code ?? (signal === 'SIGINT' ? 130 : 1);
}

function findEnvironment(command: Extract<Command, { script: string }>): Record<string, string> {
  if (command.needs === 'nothing') return {};
  const wanted = findInstance();
  const state = findSupervisor(wanted) ? readState(wanted) : undefined;
  if (state?.phase === 'running') {
    // The ports of the instance that runs, whatever LOYALNEST_PORT_BASE says now.
    const instance = findInstance({ LOYALNEST_HOME: wanted.home, LOYALNEST_PORT_BASE: String(state.ports.server) });
    return toolEnvironment(instance, { state, secrets: readSecrets(instance) });
  }
  throw new UserError(`${command.name} needs LoyalNest running; start it with ./dev.sh up`);
}
