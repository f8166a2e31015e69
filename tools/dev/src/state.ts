import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { birthOf, isAlive } from '@loyalnest/platform/database/embedded/processes';
import { UserError } from './errors.ts';
import type { Instance, PartName, Shape } from './instance.ts';
import { writePrivate } from './secrets.ts';

/** A process that cannot be mistaken for a later one with the same pid. */
export type ProcessId = { pid: number; birth: string | undefined };

/** A part that is meant to run. */
export type PlannedPart = {
  name: string;
  address: string;
  /** Answers 2xx while the part is well; absent: it is well while it takes connections. */
  healthUrl?: string;
  /** Tells its figures, and what goes on live. */
  metricsUrl?: string;
};

/** What is written down about a running instance, for the other commands and for cleaning up after a crash. */
export type State = {
  phase: 'starting' | 'running' | 'stopped';
  shape: Shape;
  startedAt: string;
  ports: Record<PartName, number>;
  database: 'embedded' | 'outside';
  /** With the owner's password; this file is readable by its owner alone. */
  ownerUrl?: string;
  /** Of the distributed shape: how its programs are told of Redis and Kafka. */
  stores?: { REDIS_URL: string; KAFKA_BROKERS: string };
  /** Absent when a real Shopify app is connected. */
  simulatorUrl?: string;
  serverUrl: string;
  planned: readonly PlannedPart[];
  parts: Record<string, ProcessId & { version?: string }>;
};

export function identify(pid: number): ProcessId {
  return { pid, birth: birthOf(pid) };
}

export function isRunning(process: ProcessId): boolean {
  return isAlive(process.pid) && birthOf(process.pid) === process.birth;
}

export function readState(instance: Instance): State | undefined {
  return readJson(stateFile(instance)) as State | undefined;
}

export function writeState(instance: Instance, state: State): void {
  writePrivate(stateFile(instance), state);
}

/** The process that runs this instance's parts, if there is one. */
export function findSupervisor(instance: Instance): ProcessId | undefined {
  const holder = readJson(lockFile(instance)) as ProcessId | undefined;
  return holder && isRunning(holder) ? holder : undefined;
}

/** Makes this process the only one that runs the instance. Returns what gives that up. */
export function takeLock(instance: Instance): () => void {
  const file = lockFile(instance);
  const draft = `${file}.${process.pid}`;
  mkdirSync(instance.paths.run, { recursive: true });
  writeFileSync(draft, JSON.stringify(identify(process.pid)));
  try {
    for (;;) {
      if (tryLink(draft, file)) return () => rmSync(file, { force: true });
      const holder = findSupervisor(instance);
      if (holder) throw alreadyRunning(instance, holder);
      rmSync(file, { force: true });
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** A link appears with its whole content or not at all, and only one of several processes can make it. */
function tryLink(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function alreadyRunning(instance: Instance, holder: ProcessId): UserError {
  const state = readState(instance);
  const where = state ? ` at ${state.serverUrl}` : '';
  const running = `LoyalNest already runs from ${instance.home}${where} (process ${holder.pid})`;
  if (!state || state.ports.server === instance.ports.server)
    return new UserError(`${running}; ./dev.sh status shows it, ./dev.sh down stops it`);
  return new UserError(
    `${running}; another copy needs a folder of its own: LOYALNEST_HOME=${instance.home}-${instance.ports.server}`,
  );
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') throw error;
    return undefined;
  }
}

function stateFile(instance: Instance): string {
  return join(instance.paths.run, 'instance.json');
}

function lockFile(instance: Instance): string {
  return join(instance.paths.run, 'supervisor.json');
}
