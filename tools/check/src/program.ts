import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { root } from '@loyalnest/dev/instance';
import type { Outcome } from './stage.ts';

export type Run = { exitCode: number | null; output: string };

const running = new Set<ChildProcess>();

// Ctrl-C reaches the programs by itself; what is asked to end in another way takes them along.
process.once('SIGTERM', () => {
  for (const child of running) child.kill('SIGTERM');
  process.exit(1);
});

/** Runs a program of node_modules (or of ours) on this Node and keeps what it writes. */
export async function runNode(
  script: string,
  args: readonly string[],
  { cwd = root, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Run> {
  const child = spawn(process.execPath, [join(root, script), ...args], {
    cwd,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('close', () => running.delete(child));
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exitCode = await new Promise<number | null>((settle, fail) => child.once('error', fail).once('close', settle));
  return { exitCode, output };
}

export async function checkWith(script: string, args: readonly string[]): Promise<Outcome> {
  const { exitCode, output } = await runNode(script, args);
  return { isPassed: exitCode === 0, output };
}
