import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { UserError } from '@loyalnest/dev/errors';

const startTimeoutMs = 30_000;
const program = new URL('../backup.ts', import.meta.url).pathname;

/** `./dev.sh backup stream`, as a process that can be killed. Resolves when it streams. */
export async function startStream(environment: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, 'stream'], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const started = new Promise<void>((settle, fail) => {
    lines.on('line', (line) => {
      if (line.includes('streaming the log')) settle();
    });
    child.once('error', fail);
    child.once('exit', () => fail(new UserError('the stream of the drill ended by itself')));
    AbortSignal.timeout(startTimeoutMs).addEventListener('abort', () =>
      fail(new UserError('the stream does not start')),
    );
  });
  await started;
  return child;
}

export async function killStream(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
