import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { explain, UserError } from './errors.ts';
import { prepareHome } from './home.ts';
import { findInstance, root } from './instance.ts';
import { lastWords } from './part.ts';
import { printedProgress, type BackgroundMessage } from './progress.ts';

/** Starts `up` in the background, shows its progress, and returns when everything is up. */
export async function upDetached(): Promise<number> {
  const instance = findInstance();
  const logFile = instance.logFile('dev');
  let log: number;
  try {
    prepareHome(instance);
    log = openSync(logFile, 'a', 0o600);
  } catch (error) {
    throw explain(error, instance.home);
  }
  const child = spawn(process.execPath, [import.meta.filename.replace('detach', 'main'), 'up', '--background'], {
    cwd: root,
    env: { ...process.env, LOYALNEST_HOME: instance.home },
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  });
  closeSync(log);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill('SIGTERM'));
  return follow(child, logFile);
}

/** The background process says when it is up; when it ends instead, it has said why. */
async function follow(child: ChildProcess, logFile: string): Promise<number> {
  const progress = printedProgress();
  let failure: string | undefined;
  const outcome = await new Promise<'up' | 'ended'>((settle) => {
    child.once('exit', () => settle('ended'));
    child.on('message', (message: BackgroundMessage) => {
      if (message.kind === 'up') settle('up');
      else if (message.kind === 'failed') failure = message.text;
      else progress[message.kind](message.text);
    });
  });
  if (child.connected) child.disconnect();
  child.unref();
  if (outcome === 'up') return 0;
  throw new UserError(failure ?? `the background process ended${lastWords(logFile)}`);
}
