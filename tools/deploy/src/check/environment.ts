import { join } from 'node:path';
import { ConfigError, loadConfig, loadOwnerConfig, loadPagesConfig } from '@loyalnest/platform/config/config';

/** A container of ours as a deployment describes it. */
export type Container = {
  /** Below `apps/server/dist`: `services/points.js`. */
  program: string;
  env: Readonly<Record<string, string>>;
  /** Where it finds secret files, and which of `./dev.sh deploy secrets` each is. */
  secrets: Readonly<Record<string, string>>;
};

/** What the image sets besides configuration. */
const ofTheImage = ['NODE_ENV', 'LD_LIBRARY_PATH'];

/** What the schema leaves open and a program cannot do without where each service is a process of its own, and why. */
const ofServices: Needs = {
  KAFKA_BROKERS: 'events reach nobody',
  REDIS_URL: 'each process counts limits and revokes tokens by itself',
  RPC_SECRET: 'nobody else knows its calls',
  METRICS_PORT: 'nobody sees how it does',
  MASTER_KEY_FILE: 'personal data cannot be read',
};
const ofAllInOne: Needs = {
  DATABASE_ROLE_SECRET: 'it can log in as no service',
  MASTER_KEY_FILE: 'personal data cannot be read',
};
const needs: Readonly<Record<string, Needs>> = {
  'main.js': ofAllInOne,
  'reconcile.js': ofAllInOne,
  'verify-ledger.js': ofAllInOne,
  'pages.js': { SERVICE_URLS: 'it cannot say whether all are ready' },
  'services/points.js': {
    ...ofServices,
    WIDGET_FOLDER: 'nobody else has the widget',
    FEATURE_FLAGS_FILE: 'what is switched on is on for nobody',
  },
};
type Needs = Readonly<Record<string, string>>;

/**
 * Says what a container lacks of what its program reads, what it is given in vain, and what is wrong with the rest: its
 * own loader reads it, with the real secret files of a folder in place of those in the container.
 */
export function problemsOfEnvironment({ program, env, secrets }: Container, secretsFolder: string): string[] {
  const unknownFiles: string[] = [];
  const placed = Object.entries(env).map(([name, value]) => {
    const file = secrets[value];
    if (file === undefined && value.startsWith('/run/secrets/')) unknownFiles.push(`${name}: there is no ${value}`);
    return [name, file === undefined ? value : join(secretsFolder, file)] as const;
  });
  const read = readAs(program, Object.fromEntries(placed));
  if (read.outcome === 'refused') return [...unknownFiles, read.problem];
  const { config } = read;
  const isRead = (name: string) => name in config || name.replace(/_FILE$/, '') in config || ofTheImage.includes(name);
  const inVain = Object.entries(env).filter(([name, value]) => value !== '' && !isRead(name));
  const needed = needs[program] ?? (program.startsWith('services/') ? ofServices : {});
  const lacking = Object.entries(needed).filter(([name]) => !(name in config));
  return [
    ...unknownFiles,
    ...lacking.map(([name, without]) => `${name} is missing: ${without}`),
    ...inVain.map(([name]) => `${name} is nothing that ${program} reads`),
  ];
}

type Read = { outcome: 'read'; config: object } | { outcome: 'refused'; problem: string };

function readAs(program: string, env: Record<string, string>): Read {
  const load = loaders[program] ?? loadConfig;
  try {
    return { outcome: 'read', config: load(env) };
  } catch (error) {
    if (error instanceof ConfigError) return { outcome: 'refused', problem: error.message };
    throw error;
  }
}

const loaders: Readonly<Record<string, (env: Record<string, string>) => object>> = {
  'pages.js': loadPagesConfig,
  'migrate.js': loadOwnerConfig,
};
