import { nodeArgs, serverBundle } from './build.ts';
import { describeAddress } from './database-url.ts';
import { findShopifyApp, serverEnvironment, type ShopifyApp } from './environment.ts';
import type { Instance } from './instance.ts';
import {
  allOf,
  buildPrograms,
  openDatabase,
  openSimulator,
  seedDemoShop,
  type Context,
  type Started,
} from './opening.ts';
import { startProgram } from './part.ts';
import { assertPortsFree } from './ports.ts';
import { tookSince } from './progress.ts';
import { ensureSecrets, type Secrets } from './secrets.ts';
import type { PlannedPart } from './state.ts';
import { stopStrays } from './strays.ts';

/** Starts all services in one process. The parts that do not need each other start at the same time. */
export async function startAll(context: Context): Promise<Started> {
  const { instance, supervisor, progress } = context;
  const outsideUrl = process.env['DATABASE_URL'];
  if (await stopStrays(instance)) progress.done('stopped what a crashed run had left behind');
  const secrets = ensureSecrets(instance);
  const app = findShopifyApp(instance, secrets);
  const planned = planParts(instance, { app, outsideUrl });
  await assertPortsFree(instance.ports.server, [
    ...planned.flatMap(({ name }) =>
      name === 'postgres' && outsideUrl ? [] : [{ part: name, port: instance.ports[name] }],
    ),
    { part: 'server', port: instance.metricsPort },
  ]);

  supervisor.begin({
    shape: 'one-process',
    startedAt: new Date().toISOString(),
    ports: instance.ports,
    database: outsideUrl ? 'outside' : 'embedded',
    serverUrl: instance.serverUrl,
    planned,
    ...(app.isSimulated ? { simulatorUrl: instance.simulatorUrl } : {}),
  });
  const openServerSide = async () => {
    const [database] = await allOf(supervisor, [
      openDatabase(context, { outsideUrl, secrets }),
      buildPrograms(context),
    ]);
    supervisor.assertAlive();
    await openServer(context, { database, secrets, app });
    return database;
  };
  const [database] = await allOf(supervisor, [
    openServerSide(),
    app.isSimulated ? openSimulator(context, app) : undefined,
  ]);
  if (app.isSimulated) await seedDemoShop(context, outsideUrl ? describeAddress(outsideUrl) : 'embedded');
  supervisor.update({ phase: 'running' });
  return { database, app, addresses: [], log: 'server' };
}

type OwnPart = PlannedPart & { name: keyof Instance['ports'] };

function planParts(instance: Instance, options: { app: ShopifyApp; outsideUrl: string | undefined }): OwnPart[] {
  return [
    planPostgres(instance, options.outsideUrl),
    ...(options.app.isSimulated ? [planSimulator(instance)] : []),
    {
      name: 'server',
      address: instance.serverUrl,
      healthUrl: `${instance.serverUrl}/readyz`,
      metricsUrl: `http://127.0.0.1:${instance.metricsPort}`,
    },
  ];
}

export function planPostgres(instance: Instance, outsideUrl: string | undefined) {
  const address = outsideUrl ? describeAddress(outsideUrl) : `127.0.0.1:${instance.ports.postgres}`;
  return { name: 'postgres' as const, address };
}

export function planSimulator({ simulatorUrl }: Instance) {
  return { name: 'simulator' as const, address: simulatorUrl, healthUrl: `${simulatorUrl}/control` };
}

async function openServer(
  { instance, supervisor, progress }: Context,
  { database, secrets, app }: Pick<Started, 'database' | 'app'> & { secrets: Secrets },
): Promise<void> {
  const startMs = performance.now();
  progress.begin('server');
  const { ownerUrl } = database;
  const part = await startProgram({
    name: 'server',
    args: [...nodeArgs, serverBundle],
    env: {
      ...serverEnvironment(instance, { ownerUrl, roleSecret: secrets.databaseRoleSecret, app }),
      METRICS_PORT: String(instance.metricsPort),
    },
    logFile: instance.logFile('server'),
    cacheDir: instance.paths.cache,
    healthUrl: `${instance.serverUrl}/readyz`,
    signal: supervisor.signal,
  });
  supervisor.add(part);
  progress.done(`server on ${instance.serverUrl} ${tookSince(startMs)}`);
}
