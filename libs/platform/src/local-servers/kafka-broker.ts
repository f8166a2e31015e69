import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { leash } from '../database/embedded/leash.ts';
import { ensureKafkaFiles, type KafkaFiles } from './kafka-files.ts';
import { LocalServerError } from './system-program.ts';

const run = promisify(execFile);

export type KafkaBrokerOptions = {
  /** Made on the first start. Topics, events and positions stay there, and are there again after the next start. */
  folder: string;
  /** Of 127.0.0.1: one for clients, and one that the broker uses for itself. */
  ports: { clients: number; controller: number };
  /** Where clients are sent when that is not where the broker listens: a proxy. */
  advertised?: number;
};

export type KafkaBroker = {
  /** For `KAFKA_BROKERS`. */
  brokers: string;
  pid: number;
  /** Settles when the broker has ended, for whatever reason. */
  exited: Promise<void>;
  /** Takes seconds; `kill` does not, and leaves reading the log through to the next start. */
  stop(): Promise<void>;
  kill(): Promise<void>;
};

/** A start takes three seconds. After a crash the broker first reads its log through. */
const readyTimeoutMs = 120_000;
const pollMs = 50;
const stopTimeoutMs = 20_000;

/**
 * Small and quick to start, for one machine with everything on it: the first compiler is enough for our rates, and the
 * broker answers as soon as the operating system has what was written.
 */
const javaFlags = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:+ExitOnOutOfMemoryError'];
const logFlags = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  // Says when the broker is there.
  '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
];
const startedMessage = 'Kafka Server started';

/**
 * Starts Apache Kafka on this machine: one node that is broker and controller (KRaft). It ends with `stop()` or with this
 * process, even when that is killed. Throws `LocalServerError`.
 */
export async function startKafkaBroker(options: KafkaBrokerOptions): Promise<KafkaBroker> {
  const files = await ensureKafkaFiles();
  const folder = resolve(options.folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const settingsFile = join(folder, 'server.properties');
  writeFileSync(settingsFile, settingsOf(folder, options), { mode: 0o600 });
  if (!existsSync(join(folder, 'data', 'meta.properties'))) await format(files, settingsFile);

  const logFile = join(folder, 'kafka.log');
  const { child, exited, logStart } = launch(files, settingsFile, logFile);
  const broker = {
    brokers: `127.0.0.1:${options.advertised ?? options.ports.clients}`,
    pid: child.pid ?? 0,
    exited,
    stop: () => end(child, exited, ['SIGTERM', 'SIGKILL']),
    kill: () => end(child, exited, ['SIGKILL']),
  };
  const written = () => readFileSync(logFile).subarray(logStart).toString();
  const deadline = Date.now() + readyTimeoutMs;
  const hasEnded = exited.then(() => true);
  while (!written().includes(startedMessage)) {
    if (await Promise.race([hasEnded, sleep(pollMs, false)])) throw explain(written(), logFile);
    if (Date.now() < deadline) continue;
    await broker.kill();
    throw new LocalServerError(`Kafka was not ready within ${readyTimeoutMs / 1_000} s; its log is ${logFile}`);
  }
  return broker;
}

function settingsOf(folder: string, { ports, advertised }: KafkaBrokerOptions): string {
  const settings: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${ports.clients},CONTROLLER://127.0.0.1:${ports.controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${advertised ?? ports.clients}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(folder, 'data'),
    'auto.create.topics.enable': 'false',
    // There is one node to keep a copy.
    'default.replication.factor': '1',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    // The default of 50 is for clusters; each is a folder with files.
    'offsets.topic.num.partitions': '4',
    // A group that begins does not wait for further members.
    'group.initial.rebalance.delay.ms': '0',
    // One that was killed is known as present for this long, and only then let in again.
    'broker.session.timeout.ms': '2000',
    'broker.heartbeat.interval.ms': '500',
    'log.cleaner.dedupe.buffer.size': '4194304',
    'num.network.threads': '2',
    'num.io.threads': '4',
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value.replaceAll('\\', '\\\\')}\n`)
    .join('');
}

async function format({ java, classPath }: KafkaFiles, settingsFile: string): Promise<void> {
  const clusterId = randomBytes(16).toString('base64url');
  // An id that begins with a dash would be read as an option.
  const args = ['kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`, `--config=${settingsFile}`];
  try {
    await run(java, [...javaFlags, ...logFlags, '-cp', classPath, ...args]);
  } catch (cause) {
    const { stderr = '' } = cause as { stderr?: string };
    throw new LocalServerError(`Kafka cannot use its folder: ${stderr.trim().split('\n').at(-1)}`, { cause });
  }
}

function launch(
  { java, classPath }: KafkaFiles,
  settingsFile: string,
  logFile: string,
): { child: ChildProcess; exited: Promise<void>; logStart: number } {
  const log = openSync(logFile, 'a', 0o600);
  const logStart = statSync(logFile).size;
  // A session of its own: Ctrl-C in the terminal must reach only the program that stops its parts in order.
  const child = spawn(java, [...javaFlags, ...logFlags, '-cp', classPath, 'kafka.Kafka', settingsFile], {
    stdio: ['ignore', log, log],
    detached: true,
    cwd: '/',
  });
  closeSync(log);
  const exited = new Promise<void>((settle) => {
    child.once('error', () => settle());
    child.once('exit', () => settle());
  });
  if (child.pid !== undefined) {
    const held = leash(child.pid, 'TERM');
    void exited.then(() => held.release());
  }
  return { child, exited, logStart };
}

async function end(child: ChildProcess, exited: Promise<void>, signals: readonly NodeJS.Signals[]): Promise<void> {
  const ended = exited.then(() => true);
  for (const signal of signals) {
    child.kill(signal);
    // One that was made to stand still hears nothing.
    child.kill('SIGCONT');
    if (await Promise.race([ended, sleep(stopTimeoutMs, false, { ref: false })])) return;
  }
}

function explain(written: string, logFile: string): LocalServerError {
  if (/Address already in use/.test(written)) return new LocalServerError('a port of Kafka is taken');
  const reason = /^(?:Caused by: )?[\w.]+(?:Exception|Error): (.+)$/m.exec(written)?.[1];
  return new LocalServerError(`Kafka ended while starting${reason ? `: ${reason}` : ''}; its log is ${logFile}`);
}
