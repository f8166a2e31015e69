import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Exit } from '../embedded.ts';
import { commandAs } from './account.ts';
import type { Cluster } from './cluster.ts';
import { EmbeddedPostgresError, explainLog } from './errors.ts';
import { isReady } from './folder.ts';
import { leash } from './leash.ts';

/** Replaying the write-ahead log after a crash takes minutes at worst, with `max_wal_size` 2 GB. */
const readyTimeoutMs = 300_000;
const readyPollMs = 15;
/** A fast shutdown writes a last checkpoint; after this long the immediate one leaves that to the next start. */
const stopTimeoutMs = 60_000;

export type ServerOptions = Cluster & { port: number; settings: Readonly<Record<string, string>>; logFile?: string };

/** A PostgreSQL server process of ours. */
export class Server {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #dataDir: string;
  readonly #logFile: string;
  readonly #logStart: number;

  constructor(options: { child: ChildProcess; dataDir: string; logFile: string; logStart: number }) {
    this.#child = options.child;
    this.#dataDir = options.dataDir;
    this.#logFile = options.logFile;
    this.#logStart = options.logStart;
    this.pid = options.child.pid ?? 0;
    this.exited = exitOf(options.child);
  }

  /** Resolves when connections are accepted; throws with the reason when the server gives up. */
  async ready(): Promise<void> {
    const deadline = Date.now() + readyTimeoutMs;
    const ended = this.exited.then(() => true);
    while (!isReady(this.#dataDir, this.pid)) {
      if (await Promise.race([ended, sleep(readyPollMs, false)])) throw this.#reason();
      if (Date.now() > deadline) {
        throw new EmbeddedPostgresError('failed', `PostgreSQL was not ready within ${readyTimeoutMs / 1_000} s`);
      }
    }
  }

  async stop(): Promise<void> {
    const ended = this.exited.then(() => true);
    for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
      this.#child.kill(signal);
      if (await Promise.race([ended, sleep(stopTimeoutMs, false, { ref: false })])) return;
    }
  }

  #reason(): EmbeddedPostgresError {
    const written = readFileSync(this.#logFile).subarray(this.#logStart).toString();
    const fallback = `PostgreSQL ended while starting; its log is ${this.#logFile}`;
    return explainLog(written, { folder: this.#dataDir, fallback });
  }
}

export function launchServer(options: ServerOptions): Server {
  const logFile = options.logFile ?? join(options.dataDir, 'postgres.log');
  const settings = {
    ...options.settings,
    port: String(options.port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const program = join(options.binaries.folder, 'bin/postgres');
  const { command, args, spawnOptions } = commandAs(options.account, program, ['-D', options.dataDir, ...flags]);

  const log = openLog(logFile);
  const logStart = statSync(logFile).size;
  // A session of its own: Ctrl-C in the terminal must reach only the program that stops its parts in order.
  const child = spawn(command, args, { ...spawnOptions, stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  const server = new Server({ child, dataDir: options.dataDir, logFile, logStart });
  if (child.pid !== undefined) {
    const held = leash(child.pid, 'INT');
    void server.exited.then(() => held.release());
  }
  return server;
}

function openLog(file: string): number {
  try {
    return openSync(file, 'a', 0o600);
  } catch (error) {
    throw EmbeddedPostgresError.from(error, file);
  }
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((settle) => {
    child.once('error', () => settle({ code: null, signal: null }));
    child.once('exit', (code, signal) => settle({ code, signal }));
  });
}
