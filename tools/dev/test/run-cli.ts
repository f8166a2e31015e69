import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root, type Instance } from '../src/instance.ts';

export type CliResult = { exitCode: number | null; stdout: string; stderr: string };

type CliOptions = { instance?: Instance; env?: Record<string, string>; program?: string };

/** Runs `dev.sh` as a person would, for that instance. */
export function runCli(args: string[], options: CliOptions = {}): Promise<CliResult> {
  return beginCli(args, options).ended;
}

/** As `runCli`, for what goes on until it is ended. */
export function beginCli(args: string[], options: CliOptions): { stdout(): string; ended: Promise<CliResult> } {
  const { instance, env, program = join(root, 'dev.sh') } = options;
  const child = spawn(program, args, {
    cwd: '/',
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      ...(instance ? { LOYALNEST_HOME: instance.home, LOYALNEST_PORT_BASE: String(instance.ports.server) } : {}),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<CliResult>((settle, fail) =>
    child.once('error', fail).once('close', (exitCode) => settle({ exitCode, stdout, stderr })),
  );
  return { stdout: () => stdout, ended };
}
