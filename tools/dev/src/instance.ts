import { fileURLToPath } from 'node:url';
import { join, resolve } from 'node:path';
import { UserError } from './errors.ts';

export const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

export const partNames = ['postgres', 'simulator', 'server'] as const;
export type PartName = (typeof partNames)[number];

/** All services in one process, or each in one of its own with nginx in front (docs/architecture.md). */
export type Shape = 'one-process' | 'distributed';

/** One copy of the product on this machine: where its files are and which ports it uses. */
export type Instance = {
  home: string;
  ports: Record<PartName, number>;
  /** Of the server in one process; in the distributed shape each process has its own. */
  metricsPort: number;
  /** Without the slash at the end. */
  serverUrl: string;
  simulatorUrl: string;
  paths: {
    postgres: string;
    simulator: string;
    kafka: string;
    redis: string;
    tls: string;
    secrets: string;
    keys: string;
    run: string;
    logs: string;
    cache: string;
  };
  logFile(part: string): string;
};

const portBaseDefault = 7400;
const portBaseMax = 65_532;

type Environment = Readonly<Record<string, string | undefined>>;

export function findInstance(env: Environment = process.env): Instance {
  const home = findHome(env);
  const base = parsePortBase(env['LOYALNEST_PORT_BASE']);
  const ports = { server: base, simulator: base + 1, postgres: base + 2 };
  const paths = {
    postgres: join(home, 'postgres'),
    simulator: join(home, 'simulator'),
    kafka: join(home, 'kafka'),
    redis: join(home, 'redis'),
    tls: join(home, 'tls'),
    secrets: join(home, 'secrets.json'),
    keys: join(home, 'keys.json'),
    run: join(home, 'run'),
    logs: join(home, 'logs'),
    cache: join(home, 'cache'),
  };
  return {
    home,
    ports,
    metricsPort: base + 3,
    paths,
    serverUrl: `http://127.0.0.1:${ports.server}`,
    simulatorUrl: `http://127.0.0.1:${ports.simulator}`,
    logFile: (part) => join(paths.logs, `${part}.log`),
  };
}

export function findHome(env: Environment = process.env): string {
  return resolve(env['LOYALNEST_HOME'] || join(root, '.loyalnest'));
}

function parsePortBase(text: string | undefined): number {
  if (!text) return portBaseDefault;
  const base = Number(text);
  if (/^\d+$/.test(text) && base >= 1 && base <= portBaseMax) return base;
  throw new UserError(`LOYALNEST_PORT_BASE is "${text}"; it must be a port number from 1 to ${portBaseMax}`, 2);
}
