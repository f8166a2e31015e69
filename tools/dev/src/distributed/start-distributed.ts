import { describeAddress } from '../database-url.ts';
import { findShopifyApp } from '../environment.ts';
import type { Instance } from '../instance.ts';
import { ensureNginx } from '../nginx/program.ts';
import {
  allOf,
  buildPrograms,
  openDatabase,
  openSimulator,
  seedDemoShop,
  type Context,
  type Started,
} from '../opening.ts';
import { assertPortsFree } from '../ports.ts';
import { tookSince } from '../progress.ts';
import { ensureSecrets, type Secrets } from '../secrets.ts';
import { planPostgres, planSimulator } from '../start.ts';
import type { PlannedPart } from '../state.ts';
import { stopStrays } from '../strays.ts';
import type { Surroundings } from './environment.ts';
import { neededPorts, planLayout, type Layout } from './layout.ts';
import { frontPrograms, servicePrograms, type Program } from './programs.ts';
import { describeServices, findServices } from './services.ts';
import { redisNames, startKafka, startRedis, type StoreAddresses } from './stores.ts';

/** Starts each service as a process of its own, behind nginx. The parts that do not need each other start at the same time. */
export async function startDistributed(context: Context, replicas: number): Promise<Started> {
  const { instance, supervisor, progress } = context;
  const { signal } = supervisor;
  const logLevel = process.env['LOG_LEVEL'] || 'info';
  const outsideUrl = process.env['DATABASE_URL'];
  const nginx = await ensureNginx();
  if (await stopStrays(instance)) progress.done('stopped what a crashed run had left behind');
  const secrets = ensureSecrets(instance);
  const app = findShopifyApp(instance, secrets);
  const layout = planLayout(instance, { services: findServices(), replicas });
  const planned = [
    planPostgres(instance, outsideUrl),
    ...(app.isSimulated ? [planSimulator(instance)] : []),
    ...planParts(instance, layout),
  ];
  await assertPortsFree(instance.ports.server, [
    { part: 'nginx', port: instance.ports.server },
    ...(app.isSimulated ? [{ part: 'simulator', port: instance.ports.simulator }] : []),
    ...(outsideUrl ? [] : [{ part: 'postgres', port: instance.ports.postgres }]),
    ...neededPorts(layout),
  ]);

  supervisor.begin({
    shape: 'distributed',
    startedAt: new Date().toISOString(),
    ports: instance.ports,
    database: outsideUrl ? 'outside' : 'embedded',
    serverUrl: instance.serverUrl,
    planned,
    ...(app.isSimulated ? { simulatorUrl: instance.simulatorUrl } : {}),
  });
  const openFront = async () => {
    await buildPrograms(context);
    const description = await describeServices(signal);
    const programs = frontPrograms({ instance, layout, app, logLevel }, { description, nginx, signal });
    await openPrograms(context, programs, `nginx ${nginx.version} on ${instance.serverUrl}`);
    return description;
  };
  const openServerSide = async () => {
    const [database, stores, description] = await allOf(supervisor, [
      openDatabase(context, { outsideUrl, secrets }),
      openStores(context, { layout, secrets }),
      openFront(),
    ]);
    supervisor.assertAlive();
    supervisor.update({ stores: { REDIS_URL: stores.redisUrl, KAFKA_BROKERS: stores.kafkaBrokers } });
    const surroundings: Surroundings = {
      instance,
      layout,
      secrets,
      app,
      ownerUrl: database.ownerUrl,
      stores,
      logLevel,
    };
    const programs = servicePrograms(surroundings, description, signal);
    await openPrograms(context, programs, programs.map(({ name }) => name).join(', '));
    return database;
  };
  const [database] = await allOf(supervisor, [
    openServerSide(),
    app.isSimulated ? openSimulator(context, app) : undefined,
  ]);
  if (app.isSimulated) await seedDemoShop(context, outsideUrl ? describeAddress(outsideUrl) : 'embedded');
  supervisor.update({ phase: 'running' });
  const { clients } = layout.redis;
  const addresses = [
    ['With TLS', `https://127.0.0.1:${layout.nginx.https}  (HTTP/2, gRPC; a certificate of its own)`],
    ['Redis Cluster', clients.map((port) => `127.0.0.1:${port}`).join(', ')],
    ['Kafka', `127.0.0.1:${layout.kafka.clients}`],
  ] as const;
  return { database, app, addresses, log: 'points' };
}

function planParts(instance: Instance, layout: Layout): PlannedPart[] {
  const program = (name: string, port: number, path = '/readyz') => {
    const address = `http://127.0.0.1:${port}`;
    return { name, address, healthUrl: `${address}${path}` };
  };
  return [
    ...redisNames(layout).map((name, index) => ({ name, address: `127.0.0.1:${layout.redis.clients[index]}` })),
    { name: 'kafka', address: `127.0.0.1:${layout.kafka.clients}` },
    ...layout.processes.map(({ name, ports }) => ({
      ...program(name, ports.http),
      metricsUrl: `http://127.0.0.1:${ports.metrics}`,
    })),
    // Its `/readyz` speaks for the services, which are asked themselves.
    program('pages', layout.pages, '/healthz'),
    program('nginx', instance.ports.server, '/healthz'),
  ];
}

async function openStores(
  { instance, supervisor, progress }: Context,
  options: { layout: Layout; secrets: Secrets },
): Promise<StoreAddresses> {
  const openRedis = async () => {
    const startMs = performance.now();
    const { url, parts } = await startRedis({ instance, ...options });
    for (const part of parts) supervisor.add(part);
    progress.done(`Redis Cluster of ${parts.length} masters ${tookSince(startMs)}`);
    return url;
  };
  const openKafka = async () => {
    const startMs = performance.now();
    const { brokers, part } = await startKafka({ instance, ...options });
    supervisor.add(part);
    progress.done(`Kafka on ${brokers} ${tookSince(startMs)}`);
    return brokers;
  };
  const [redisUrl, kafkaBrokers] = await allOf(supervisor, [openRedis(), openKafka()]);
  return { redisUrl, kafkaBrokers };
}

async function openPrograms(
  { supervisor, progress }: Context,
  programs: readonly Program[],
  what: string,
): Promise<void> {
  const startMs = performance.now();
  await allOf(
    supervisor,
    programs.map((program) => supervisor.keep(() => program.start())),
  );
  progress.done(`${what} ${tookSince(startMs)}`);
}
