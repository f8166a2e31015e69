import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { describeAddress } from './database-url.ts';
import { findInstance, root, type Instance, type Shape } from './instance.ts';
import { memoryOf } from './memory.ts';
import { isOpen } from './ports.ts';
import { findSupervisor, isRunning, readState, type PlannedPart, type State } from './state.ts';

export type PartStatus = {
  name: string;
  /** `outside`: a PostgreSQL that is not ours. */
  state: 'healthy' | 'unhealthy' | 'stopped';
  address: string;
  /** Where `/metrics` and what goes on live are told. */
  metricsUrl?: string;
  version?: string;
  pid?: number;
  memoryMb?: number | undefined;
  problem?: string;
};

export type Status = {
  running: boolean;
  healthy: boolean;
  phase: State['phase'];
  shape?: Shape;
  version: string;
  node: string;
  home: string;
  startedAt?: string;
  pid?: number;
  parts: PartStatus[];
};

export async function status({ format }: { format: 'text' | 'json' }): Promise<number> {
  const instance = findInstance();
  const found = await findStatus(instance);
  process.stdout.write(format === 'json' ? `${JSON.stringify(found, undefined, 2)}\n` : describe(found));
  return found.healthy ? 0 : 1;
}

async function findStatus(instance: Instance): Promise<Status> {
  const supervisor = findSupervisor(instance);
  const state = readState(instance);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const common = { version, node: process.versions.node, home: instance.home };
  if (!supervisor || !state) return { running: false, healthy: false, phase: 'stopped', ...common, parts: [] };

  const parts = await Promise.all(state.planned.map((part) => findPart(part, state)));
  const healthy = state.phase === 'running' && parts.every((part) => part.state === 'healthy');
  return {
    running: true,
    healthy,
    phase: state.phase,
    shape: state.shape,
    ...common,
    startedAt: state.startedAt,
    pid: supervisor.pid,
    parts,
  };
}

async function findPart({ name, address, healthUrl, metricsUrl }: PlannedPart, state: State): Promise<PartStatus> {
  const running = state.parts[name];
  const pid = running && isRunning(running) ? running.pid : undefined;
  const own = pid === undefined ? {} : { pid, memoryMb: memoryOf(pid) };
  if (name === 'postgres') return { name, ...(await askPostgres(state)), ...own };
  if (pid === undefined) return { name, state: 'stopped', address };
  const version = running?.version === undefined ? {} : { version: running.version };
  const metrics = metricsUrl === undefined ? {} : { metricsUrl };
  return {
    name,
    address,
    ...metrics,
    ...version,
    ...(healthUrl ? await askHttp(healthUrl) : await askPort(address)),
    ...own,
  };
}

async function askPort(address: string): Promise<Pick<PartStatus, 'state' | 'problem'>> {
  const open = await isOpen(Number(address.split(':').at(-1)));
  return open ? { state: 'healthy' } : { state: 'unhealthy', problem: 'takes no connections' };
}

const askTimeoutMs = 3_000;

async function askHttp(url: string): Promise<Pick<PartStatus, 'state' | 'version' | 'problem'>> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(askTimeoutMs) });
    const body = (await response.json().catch(() => ({}))) as { version?: unknown };
    const version = typeof body.version === 'string' ? { version: body.version } : {};
    if (response.ok) return { state: 'healthy', ...version };
    return { state: 'unhealthy', ...version, problem: `answers ${response.status}` };
  } catch (error) {
    return {
      state: 'unhealthy',
      problem: error instanceof Error && error.name === 'TimeoutError' ? 'does not answer in time' : 'does not answer',
    };
  }
}

async function askPostgres(state: State): Promise<Pick<PartStatus, 'state' | 'address' | 'version' | 'problem'>> {
  if (!state.ownerUrl) return { state: 'unhealthy', address: `127.0.0.1:${state.ports.postgres}`, problem: 'starting' };
  const address = describeAddress(state.ownerUrl);
  const client = new pg.Client({
    connectionString: state.ownerUrl,
    connectionTimeoutMillis: askTimeoutMs,
    query_timeout: askTimeoutMs,
  });
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    const [row] = rows;
    return { state: 'healthy', address, ...(row ? { version: row.server_version } : {}) };
  } catch (error) {
    return { state: 'unhealthy', address, problem: (error as Error).message || 'does not answer' };
  } finally {
    await client.end().catch(() => undefined);
  }
}

function describe(found: Status): string {
  if (!found.running) return `LoyalNest ${found.version} is not running (./dev.sh up starts it)\n`;
  const what = found.healthy ? 'is up' : found.phase === 'starting' ? 'is starting' : 'is not well';
  const width = Math.max(10, ...found.parts.map(({ name }) => name.length));
  const parts = found.parts.map(({ name, state, address, version, memoryMb, problem }) => {
    const details = [version, memoryMb === undefined ? undefined : `${memoryMb} MB`, problem].filter(
      (text) => text !== undefined,
    );
    return `  ${state === 'healthy' ? '✓' : '✗'} ${name.padEnd(width)} ${state.padEnd(10)} ${address}${details.length ? `  (${details.join(', ')})` : ''}\n`;
  });
  return `LoyalNest ${found.version} ${what} (Node ${found.node}, data in ${found.home})\n${parts.join('')}`;
}
