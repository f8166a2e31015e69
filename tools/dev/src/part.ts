import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Exit } from '@loyalnest/platform/database/embedded';
import { leash } from '@loyalnest/platform/database/embedded/leash';
import { UserError } from './errors.ts';
import { root } from './instance.ts';
import { lastLines, sizeOf } from './logfile.ts';

/** A running part of the instance. */
export type Part = {
  name: string;
  pid: number;
  /** Of a program that is not ours. */
  version?: string;
  logFile: string;
  /** Where in the log file its own lines begin. */
  logStart: number;
  /** Settles when the part has ended, for whatever reason. */
  exited: Promise<Exit>;
  stop(): Promise<void>;
};

export type ProgramOptions = {
  name: string;
  /** Node, unless it is another. */
  program?: string;
  /** What the program gets; for Node the script and its arguments. */
  args: string[];
  env: Record<string, string>;
  /** The only variables of our own environment that it gets besides; absent: all of them. */
  inherits?: readonly string[];
  logFile: string;
  /** Keeps compiled code between starts, which halves the time they take. */
  cacheDir: string;
  /** Answers 2xx once the program can work. */
  healthUrl: string;
  /** Gives up waiting. */
  signal: AbortSignal;
};

const healthPollMs = 25;
const healthTimeoutMs = 60_000;
/** Time to finish what is in flight; then the program is killed. */
const stopTimeoutMs = 15_000;

/** Starts a Node program and waits until it is healthy. Throws `UserError` with its last words when it is not. */
export async function startProgram(options: ProgramOptions): Promise<Part> {
  const logStart = sizeOf(options.logFile);
  const log = openSync(options.logFile, 'a', 0o600);
  // A session of its own: Ctrl-C in the terminal must reach only us, who stop the parts in order.
  const child = spawn(options.program ?? process.execPath, options.args, {
    cwd: root,
    env: { ...inherited(options.inherits), NODE_COMPILE_CACHE: options.cacheDir, ...options.env },
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  const part = adopt(child, { ...options, logStart });
  try {
    await waitUntilHealthy(part, options);
    return part;
  } catch (error) {
    await part.stop();
    throw error;
  }
}

function inherited(names: readonly string[] | undefined): NodeJS.ProcessEnv {
  return names ? Object.fromEntries(names.map((name) => [name, process.env[name]])) : process.env;
}

function adopt(child: ChildProcess, { name, logFile, logStart }: ProgramOptions & { logStart: number }): Part {
  const exited = new Promise<Exit>((settle) => {
    child.once('error', () => settle({ code: null, signal: null }));
    child.once('exit', (code, signal) => settle({ code, signal }));
  });
  if (child.pid !== undefined) {
    const held = leash(child.pid, 'TERM');
    void exited.then(() => held.release());
  }
  const stop = async () => {
    const ended = exited.then(() => true);
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      child.kill(signal);
      if (await Promise.race([ended, sleep(stopTimeoutMs, false, { ref: false })])) return;
    }
  };
  return { name, pid: child.pid ?? 0, logFile, logStart, exited, stop };
}

async function waitUntilHealthy(part: Part, { healthUrl, signal }: ProgramOptions): Promise<void> {
  const deadline = Date.now() + healthTimeoutMs;
  const ended = part.exited.then(() => true);
  while (!(await isHealthy(healthUrl))) {
    if (await Promise.race([ended, sleep(healthPollMs, false)])) {
      throw new UserError(`${describeExit(part.name, await part.exited)} while starting${lastWords(part)}`);
    }
    signal.throwIfAborted();
    if (Date.now() > deadline) {
      throw new UserError(`${part.name} was not healthy within ${healthTimeoutMs / 1_000} s${lastWords(part)}`);
    }
  }
}

const healthRequestTimeoutMs = 2_000;

export async function isHealthy(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(healthRequestTimeoutMs) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

export function describeExit(name: string, exit: Exit): string {
  return exit.signal ? `${name} was ended by ${exit.signal}` : `${name} ended with exit code ${exit.code}`;
}

/** Why a part that was running is not any more. */
export function describeEnd(part: Part, exit: Exit): string {
  const said = lastWords(part);
  const why = /no space left on device/i.test(said) ? ' because the disk is full' : '';
  return `${describeExit(part.name, exit)}${why}${said}`;
}

const lastWordsMax = 20;

/** The end of a part's log, indented, to be put behind a message. */
export function lastWords({ logFile, logStart }: Pick<Part, 'logFile' | 'logStart'>): string {
  const lines = lastLines(logFile, lastWordsMax, logStart);
  if (lines.length === 0) return ` (nothing in ${logFile})`;
  return `; the end of ${logFile}:\n${lines.map((line) => `    ${line}`).join('\n')}`;
}
