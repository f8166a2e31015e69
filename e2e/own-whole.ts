import { chmodSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureServerBundle, nodeArgs, serverBundle } from '@loyalnest/dev/build';
import { migrateDatabase } from '@loyalnest/dev/database';
import { planLayout } from '@loyalnest/dev/distributed/layout';
import { frontPrograms, servicePrograms } from '@loyalnest/dev/distributed/programs';
import { describeServices, findServices } from '@loyalnest/dev/distributed/services';
import { startKafka, startRedis } from '@loyalnest/dev/distributed/stores';
import { findShopifyApp, serverEnvironment, simulatorEnvironment, type ShopifyApp } from '@loyalnest/dev/environment';
import { prepareHome } from '@loyalnest/dev/home';
import { root, type Instance } from '@loyalnest/dev/instance';
import { ensureNginx } from '@loyalnest/dev/nginx/program';
import { startProgram, type Part } from '@loyalnest/dev/part';
import { findFreeBase } from '@loyalnest/dev/ports';
import { ensureSecrets, type Secrets } from '@loyalnest/dev/secrets';
import { beginning } from '@loyalnest/platform/live/live-streams';
import { readEvents } from '@loyalnest/platform/live/read-events';
import { startEmbeddedPostgres } from '@loyalnest/platform/database/embedded';
import { instanceAt, portsOf, wantedShape, type Running } from './running.ts';

/** A whole of one test file's own, whose parts may be stopped one by one. It has no demo shop. */
export type OwnWhole = {
  running: Running;
  postgres: {
    /** Lets sessions end; `kill` ends it as a crash does. */
    stop(how: 'orderly' | 'kill'): Promise<void>;
    start(): Promise<void>;
  };
  /** Everything that its parts have written to their logs. */
  readLogs(): { file: string; text: string }[];
  /** What of it is live: of all processes, asked of one. */
  readLiveLogs(): Promise<string>;
  close(): Promise<void>;
};

/** Looking every quarter of a second, whoever reads has seen everything by then. */
const liveMs = 3_000;
/** Away from the ports of other wholes, also of those that the other shape is tested with meanwhile. */
const lowestPortBases = { 'one-process': 20_400, distributed: 16_400 };

export async function startOwnWhole({ logLevel }: { logLevel: string }): Promise<OwnWhole> {
  const home = mkdtempSync(join(tmpdir(), 'loyalnest-e2e-own-'));
  // Root runs PostgreSQL as another user, who has to get at it.
  chmodSync(home, 0o755);
  const wanted = wantedShape();
  const lowestPortBase = lowestPortBases[wanted.shape];
  const portBase = await findFreeBase(lowestPortBase, portsOf(wanted));
  if (portBase === undefined) throw new Error(`no free ports from ${lowestPortBase} on`);
  const instance = instanceAt(home, portBase);
  prepareHome(instance);
  const secrets = ensureSecrets(instance);
  const app = findShopifyApp(instance, secrets, {});
  const { signal } = new AbortController();

  const launch = () =>
    startEmbeddedPostgres({
      dataDir: instance.paths.postgres,
      port: instance.ports.postgres,
      logFile: instance.logFile('postgres'),
    });
  let [postgres] = await Promise.all([launch(), ensureServerBundle(signal)]);
  const { ownerUrl } = postgres;
  await migrateDatabase({ ownerUrl, roleSecret: secrets.databaseRoleSecret });
  const simulator = await startProgram({
    name: 'simulator',
    args: [join(root, 'tools/shopify-simulator/src/main.ts')],
    env: simulatorEnvironment(instance, app),
    logFile: instance.logFile('simulator'),
    cacheDir: instance.paths.cache,
    healthUrl: `${instance.simulatorUrl}/control`,
    signal,
  });
  const start = wanted.shape === 'distributed' ? startServices : startServer;
  const { parts: serverSide, metricsPort } = await start({ instance, secrets, app, ownerUrl, logLevel, signal });

  return {
    running: {
      shape: wanted.shape,
      home,
      portBase,
      serverUrl: instance.serverUrl,
      simulatorUrl: instance.simulatorUrl,
      clientId: app.clientId,
      clientSecret: app.clientSecret,
      ownerUrl,
      roleSecret: secrets.databaseRoleSecret,
    },
    postgres: {
      async stop(how) {
        if (how === 'orderly') return postgres.stop();
        process.kill(postgres.pid, 'SIGQUIT');
        await postgres.exited;
      },
      async start() {
        postgres = await launch();
      },
    },
    readLogs: () =>
      globSync('*.log*', { cwd: instance.paths.logs }).map((file) => ({
        file,
        text: readFileSync(join(instance.paths.logs, file), 'utf8'),
      })),
    readLiveLogs: () => readAll(`http://127.0.0.1:${metricsPort}/live/logs?after=${beginning}`),
    async close() {
      for (const part of serverSide) await part.stop();
      await simulator.stop();
      await postgres.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Until nothing comes any more. */
async function readAll(url: string): Promise<string> {
  const { body } = await fetch(url, { signal: AbortSignal.timeout(liveMs) });
  let text = '';
  try {
    if (body) for await (const { data } of readEvents(body)) text += `${data}\n`;
  } catch {
    // The time is up.
  }
  return text;
}

type ServerSide = {
  instance: Instance;
  secrets: Secrets;
  app: ShopifyApp;
  ownerUrl: string;
  logLevel: string;
  signal: AbortSignal;
};

type Started = { parts: Part[]; metricsPort: number };

async function startServer({ instance, secrets, app, ownerUrl, logLevel, signal }: ServerSide): Promise<Started> {
  const env = serverEnvironment(instance, { ownerUrl, roleSecret: secrets.databaseRoleSecret, app });
  const server = await startProgram({
    name: 'server',
    args: [...nodeArgs, serverBundle],
    env: { ...env, LOG_LEVEL: logLevel, METRICS_PORT: String(instance.metricsPort) },
    logFile: instance.logFile('server'),
    cacheDir: instance.paths.cache,
    healthUrl: `${instance.serverUrl}/readyz`,
    signal,
  });
  return { parts: [server], metricsPort: instance.metricsPort };
}

/** In the order in which they have to stop. */
async function startServices({ logLevel, signal, ...whole }: ServerSide): Promise<Started> {
  const layout = planLayout(whole.instance, { services: findServices(), replicas: 1 });
  const [redis, kafka, description, nginx] = await Promise.all([
    startRedis({ ...whole, layout }),
    startKafka({ ...whole, layout }),
    describeServices(signal),
    ensureNginx(),
  ]);
  const surroundings = {
    ...whole,
    layout,
    logLevel,
    stores: { redisUrl: redis.url, kafkaBrokers: kafka.brokers },
  };
  const programs = [
    ...frontPrograms(surroundings, { description, nginx, signal }).toReversed(),
    ...servicePrograms(surroundings, description, signal),
  ];
  const parts = await Promise.all(programs.map((program) => program.start()));
  return { parts: [...parts, kafka.part, ...redis.parts], metricsPort: layout.processes[0]?.ports.metrics ?? 0 };
}
