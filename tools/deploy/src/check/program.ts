import { spawn } from 'node:child_process';

/** `output` is what it wrote to both; `missing`: there is no such program. */
export type Run = { exitCode: number | null | 'missing'; output: string };

export async function runProgram(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; input?: string } = {},
): Promise<Run> {
  const child = spawn(program, args, {
    cwd: options.cwd ?? '/',
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  // A program that ends early does not read to the end.
  child.stdin.on('error', () => undefined).end(options.input ?? '');
  const exitCode = await new Promise<Run['exitCode']>((settle, fail) => {
    child.once('error', (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? settle('missing') : fail(error)));
    child.once('close', settle);
  });
  return { exitCode, output };
}
