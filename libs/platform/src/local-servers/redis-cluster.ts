import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { leash } from '../database/embedded/leash.ts';
import { ensureSystemProgram, LocalServerError } from './system-program.ts';

export type RedisClusterOptions = {
  /** Made on the first start. What the cluster knows stays there, and is there again after the next start. */
  folder: string;
  /** Of 127.0.0.1: one a node for its clients, and one a node for what nodes tell each other. */
  ports: { clients: readonly number[]; bus: readonly number[] };
  /** Where clients are sent, one a node, when that is not where nodes listen: proxies. */
  announced?: readonly number[];
  /** Without it there is none. */
  password?: string;
};

export type RedisNode = { port: number; pid: number };

export type RedisCluster = {
  /** For `REDIS_URL`. */
  url: string;
  nodes: readonly RedisNode[];
  /** Settles when a node has ended, for whatever reason. */
  exited: Promise<void>;
  stop(): Promise<void>;
};

const slotCount = 16_384;
/** Loading what was appended to the file takes seconds at worst. */
const readyTimeoutMs = 60_000;
const pollMs = 50;
/** A node writes the end of its file when it is told to stop. */
const stopTimeoutMs = 10_000;

type Node = RedisNode & { child: ChildProcess; exited: Promise<void> };

/**
 * Starts a Redis Cluster of as many masters as there are ports, on this machine, from the distribution's `redis-server`.
 * It ends with `stop()` or with this process, even when that is killed. Throws `LocalServerError`.
 */
export async function startRedisCluster(options: RedisClusterOptions): Promise<RedisCluster> {
  const program = await ensureSystemProgram({ name: 'redis-server', debianPackage: 'redis-server' });
  const { clients } = options.ports;
  const nodes = clients.map((_port, index) => launchNode(program, options, index));
  try {
    await joinNodes(nodes, options);
  } catch (error) {
    await stopAll(nodes);
    throw error;
  }
  const credentials = options.password === undefined ? '' : `:${encodeURIComponent(options.password)}@`;
  return {
    url: (options.announced ?? clients).map((port) => `redis://${credentials}127.0.0.1:${port}`).join(','),
    nodes: nodes.map(({ port, pid }) => ({ port, pid })),
    exited: Promise.race(nodes.map((node) => node.exited)),
    stop: () => stopAll(nodes),
  };
}

function launchNode(program: string, options: RedisClusterOptions, index: number): Node {
  const port = options.ports.clients[index];
  const busPort = options.ports.bus[index];
  if (port === undefined || busPort === undefined) throw new LocalServerError('each node needs two ports');
  const folder = resolve(options.folder, `node-${index + 1}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const configFile = join(folder, 'redis.conf');
  // In a file that nobody else reads: a command line, with the password in it, is seen by everybody on the machine.
  const announced = options.announced?.[index];
  writeFileSync(configFile, settingsOf({ folder, port, busPort, announced, password: options.password }), {
    mode: 0o600,
  });
  const log = openSync(join(folder, 'redis.log'), 'a', 0o600);
  // A session of its own: Ctrl-C in the terminal must reach only the program that stops its parts in order.
  const child = spawn(program, [configFile], { stdio: ['ignore', log, log], detached: true, cwd: folder });
  closeSync(log);
  const exited = new Promise<void>((settle) => {
    child.once('error', () => settle());
    child.once('exit', () => settle());
  });
  if (child.pid !== undefined) {
    const held = leash(child.pid, 'TERM');
    void exited.then(() => held.release());
  }
  return { port, pid: child.pid ?? 0, child, exited };
}

function settingsOf(node: {
  folder: string;
  port: number;
  busPort: number;
  announced: number | undefined;
  password: string | undefined;
}): string {
  const settings: Record<string, string> = {
    bind: '127.0.0.1',
    port: String(node.port),
    'cluster-enabled': 'yes',
    'cluster-port': String(node.busPort),
    'cluster-config-file': 'nodes.conf',
    'cluster-node-timeout': '5000',
    // There are no replicas: with one node away the slots of the others go on.
    'cluster-require-full-coverage': 'no',
    dir: node.folder,
    // Queues and revocations outlive a restart; a power cut costs the last second.
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '""',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
  };
  if (node.announced !== undefined) settings['cluster-announce-port'] = String(node.announced);
  if (node.password !== undefined) {
    settings['requirepass'] = quoted(node.password);
    settings['masterauth'] = quoted(node.password);
  }
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${name === 'dir' ? quoted(value) : value}\n`)
    .join('');
}

/** Redis reads quotes as JSON does, as far as passwords and folders go. */
function quoted(value: string): string {
  return JSON.stringify(value);
}

/** Introduces the nodes to each other, gives each its share of the slots, and waits until all of them see the whole. */
async function joinNodes(nodes: readonly Node[], { password, folder, ports }: RedisClusterOptions): Promise<void> {
  const connections = nodes.map(
    ({ port }) =>
      new Redis({
        host: '127.0.0.1',
        port,
        lazyConnect: true,
        maxRetriesPerRequest: null,
        retryStrategy: () => pollMs,
        ...(password === undefined ? {} : { password }),
      }),
  );
  for (const connection of connections) connection.on('error', () => undefined);
  const deadline = Date.now() + readyTimeoutMs;
  const ended = Promise.race(nodes.map((node) => node.exited)).then(() => {
    throw new LocalServerError(`a Redis node ended while starting; its log is in ${resolve(folder)}`);
  });
  ended.catch(() => undefined);
  try {
    await Promise.race([
      Promise.all(connections.map((connection) => connection.connect().catch(() => once(connection)))),
      ended,
    ]);
    // Whoever comes back under other ports has to be introduced again.
    const [first, ...others] = connections;
    for (const other of others) {
      await first?.call(
        'CLUSTER',
        'MEET',
        '127.0.0.1',
        String(other.options.port),
        String(ports.bus[connections.indexOf(other)]),
      );
    }
    for (const [index, connection] of connections.entries()) await giveSlots(connection, index, connections.length);
    while (!(await seeWhole(connections))) {
      if (Date.now() > deadline)
        throw new LocalServerError(`the Redis Cluster was not ready within ${readyTimeoutMs / 1_000} s`);
      await Promise.race([sleep(pollMs), ended]);
    }
  } finally {
    for (const connection of connections) connection.disconnect();
  }
}

function once(connection: Redis): Promise<void> {
  return new Promise((settle) => connection.once('ready', () => settle()));
}

async function giveSlots(connection: Redis, index: number, count: number): Promise<void> {
  const mine = /myself.*connected (.+)/.exec((await connection.cluster('NODES')) as string);
  if (mine) return;
  const from = Math.floor((slotCount * index) / count);
  const to = Math.floor((slotCount * (index + 1)) / count) - 1;
  await connection.call('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to));
}

async function seeWhole(connections: readonly Redis[]): Promise<boolean> {
  const views = await Promise.all(connections.map(async (connection) => (await connection.cluster('INFO')) as string));
  return views.every(
    (view) =>
      view.includes('cluster_state:ok') &&
      view.includes(`cluster_slots_ok:${slotCount}`) &&
      view.includes(`cluster_known_nodes:${connections.length}`),
  );
}

async function stopAll(nodes: readonly Node[]): Promise<void> {
  await Promise.all(
    nodes.map(async ({ child, exited }) => {
      const ended = exited.then(() => true);
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        child.kill(signal);
        // One that was made to stand still hears nothing.
        child.kill('SIGCONT');
        if (await Promise.race([ended, sleep(stopTimeoutMs, false, { ref: false })])) return;
      }
    }),
  );
}
