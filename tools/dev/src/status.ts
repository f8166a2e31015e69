import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { describeAddress } from './database-url.ts';
import { findInstance, partNames, root, type Instance, type PartName } from './instance.ts';
import { memoryOf } from './memory.ts';
import { findSupervisor, isRunning, readState, type State } from './state.ts';

export type PartStatus = {
  name: PartName;
  /** `outside`: a PostgreSQL that is not ours. */
  state: 'healthy' | 'unhealthy' | 'stopped';
  address: string;
  version?: string;
  pid?: number;
  memoryMb?: number;
  problem?: string;
};

export type Status = {
  running: boolean;
  healthy: boolean;
  phase: State['phase'];
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

  const parts = await Promise.all(
    partNames.filter((name) => isExpected(name, state)).map((name) => findPart(name, state)),
  );
  const healthy = state.phase === 'running' && parts.every((part) => part.state === 'healthy');
  return {
    running: true,
    healthy,
    phase: state.phase,
    ...common,
    startedAt: state.startedAt,
    pid: supervisor.pid,
    parts,
  };
}

function isExpected(name: PartName, state: State): boolean {
  return name !== 'simulator' || state.simulatorUrl !== undefined;
}

async function findPart(name: PartName, state: State): Promise<PartStatus> {
  const running = state.parts[name];
  const pid = running && isRunning(running) ? running.pid : undefined;
  const own = pid === undefined ? {} : { pid, memoryMb: memoryOf(pid) };
  if (name === 'postgres') return { name, ...(await askPostgres(state)), ...own };
  const address = (name === 'server' ? state.serverUrl : state.simulatorUrl) ?? '';
  if (pid === undefined) return { name, state: 'stopped', address };
  return { name, address, ...(await askHttp(`${address}${healthPaths[name]}`)), ...own };
}

const healthPaths = { server: '/readyz', simulator: '/control' };
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
  const parts = found.parts.map(({ name, state, address, version, memoryMb, problem }) => {
    const details = [version, memoryMb === undefined ? undefined : `${memoryMb} MB`, problem].filter(
      (text) => text !== undefined,
    );
    return `  ${state === 'healthy' ? '✓' : '✗'} ${name.padEnd(10)} ${state.padEnd(10)} ${address}${details.length ? `  (${details.join(', ')})` : ''}\n`;
  });
  return `LoyalNest ${found.version} ${what} (Node ${found.node}, data in ${found.home})\n${parts.join('')}`;
}
