import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from './errors.ts';
import { prepareHome } from './home.ts';
import { findInstance, root, type Instance } from './instance.ts';
import { sizeOf } from './logfile.ts';
import { lastWords } from './part.ts';
import { printedProgress, type BackgroundMessage, type Progress } from './progress.ts';
import type { WantedShape } from './up.ts';

/** Starts `up` in the background, shows its progress, and returns when everything is up. */
export async function upDetached(wanted: WantedShape): Promise<number> {
  await startInBackground({ instance: findInstance(), progress: printedProgress(), wanted });
  return 0;
}

export type BackgroundRun = { pid: number; stop(): Promise<void> };

/** Resolves when everything is up. Throws `UserError` when it ends before. */
export async function startInBackground(options: {
  instance: Instance;
  progress: Progress;
  wanted?: WantedShape;
}): Promise<BackgroundRun> {
  const { instance, progress, wanted = { shape: 'one-process' } } = options;
  const logFile = instance.logFile('dev');
  prepareHome(instance);
  const logStart = sizeOf(logFile);
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(
    process.execPath,
    [join(root, 'tools/dev/src/main.ts'), 'up', '--background', ...shapeArgs(wanted)],
    {
      cwd: root,
      env: {
        ...process.env,
        LOYALNEST_HOME: instance.home,
        LOYALNEST_PORT_BASE: String(instance.ports.server),
      },
      stdio: ['ignore', log, log, 'ipc'],
      detached: true,
    },
  );
  closeSync(log);
  const exited = new Promise<void>((settle) => child.once('exit', () => settle()).once('error', () => settle()));
  const end = () => child.kill('SIGTERM');
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, end);
  const failure = await untilUp(child, progress);
  for (const signal of signals) process.off(signal, end);
  if (failure) throw new UserError(failure.text ?? `the background process ended${lastWords({ logFile, logStart })}`);

  child.disconnect();
  child.unref();
  const stop = async () => {
    child.ref();
    end();
    await exited;
  };
  return { pid: child.pid ?? 0, stop };
}

function shapeArgs(wanted: WantedShape): string[] {
  return wanted.shape === 'distributed' ? ['--distributed', '--replicas', String(wanted.replicas)] : [];
}

/** The background process says when it is up; when it ends instead, it has said why. */
async function untilUp(child: ChildProcess, progress: Progress): Promise<{ text?: string } | undefined> {
  const failure: { text?: string } = {};
  return new Promise((settle) => {
    child.once('error', (error) => settle({ text: error.message }));
    child.once('exit', () => settle(failure));
    child.on('message', (message: BackgroundMessage) => {
      if (message.kind === 'up') settle(undefined);
      else if (message.kind === 'failed') failure.text = message.text;
      else progress[message.kind](message.text);
    });
  });
}
