import { join } from 'node:path';
import { ensurePages, ensureServerBundle, serverBundle } from './build.ts';
import { migrateDatabase, startDatabase, type StartedDatabase } from './database.ts';
import { describeAddress } from './database-url.ts';
import { findShopifyApp, serverEnvironment, simulatorEnvironment, type ShopifyApp } from './environment.ts';
import { partNames, root, type Instance } from './instance.ts';
import { startProgram } from './part.ts';
import { assertPortsFree } from './ports.ts';
import { tookSince, type Progress } from './progress.ts';
import { ensureSecrets, type Secrets } from './secrets.ts';
import { ensureSeed } from './seed/seed.ts';
import { stopStrays } from './strays.ts';
import type { Supervisor } from './supervisor.ts';

export type Started = { database: StartedDatabase; app: ShopifyApp };

type Context = { instance: Instance; supervisor: Supervisor; progress: Progress };

/** Starts the parts, those that do not need each other at the same time. */
export async function startAll(context: Context): Promise<Started> {
  const { instance, supervisor, progress } = context;
  const outsideUrl = process.env['DATABASE_URL'];
  if (await stopStrays(instance)) progress.done('stopped what a crashed run had left behind');
  const secrets = ensureSecrets(instance);
  const app = findShopifyApp(instance, secrets);
  await assertPortsFree(
    instance,
    partNames.filter((part) => isNeeded(part, { app, outsideUrl })),
  );

  supervisor.begin({
    startedAt: new Date().toISOString(),
    ports: instance.ports,
    database: outsideUrl ? 'outside' : 'embedded',
    serverUrl: instance.serverUrl,
    ...(app.isSimulated ? { simulatorUrl: instance.simulatorUrl } : {}),
  });
  const openServerSide = async () => {
    const [database] = await allOf(supervisor, [openDatabase(context, { outsideUrl, secrets }), buildServer(context)]);
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
  return { database, app };
}

function isNeeded(part: string, options: { app: ShopifyApp; outsideUrl: string | undefined }): boolean {
  if (part === 'postgres') return !options.outsideUrl;
  return part !== 'simulator' || options.app.isSimulated;
}

/**
 * As Promise.all, but the first failure makes the others give up, and it waits for them before it throws: what they have
 * started must be known to be stopped.
 */
async function allOf<T extends readonly unknown[]>(
  supervisor: Supervisor,
  work: readonly [...{ [K in keyof T]: Promise<T[K]> | undefined }],
): Promise<T> {
  const errors: unknown[] = [];
  const watched = work.map(async (one) => {
    try {
      return await one;
    } catch (error) {
      errors.push(error);
      supervisor.giveUp();
      return undefined;
    }
  });
  const results = await Promise.all(watched);
  // What was given up only says so; the reason is what failed by itself.
  if (errors.length > 0) throw errors.find((error) => !isAbort(error)) ?? errors[0];
  return results as never;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

async function openDatabase(
  { instance, supervisor, progress }: Context,
  { outsideUrl, secrets }: { outsideUrl: string | undefined; secrets: Secrets },
): Promise<StartedDatabase> {
  const startMs = performance.now();
  progress.begin('PostgreSQL');
  const database = await startDatabase(instance, outsideUrl);
  if (database.part) supervisor.add(database.part);
  supervisor.update({ ownerUrl: database.ownerUrl });
  progress.done(`PostgreSQL ${database.version} on ${describeAddress(database.ownerUrl)} ${tookSince(startMs)}`);

  const migrateMs = performance.now();
  const applied = await migrateDatabase({ ownerUrl: database.ownerUrl, roleSecret: secrets.databaseRoleSecret });
  if (applied > 0) progress.done(`${applied} migrations ${tookSince(migrateMs)}`);
  return database;
}

async function buildServer({ supervisor, progress }: Context): Promise<void> {
  const startMs = performance.now();
  if (await ensureServerBundle(supervisor.signal)) progress.done(`server built ${tookSince(startMs)}`);
  const pagesMs = performance.now();
  if (await ensurePages(supervisor.signal)) progress.done(`dashboard and widget built ${tookSince(pagesMs)}`);
}

const simulatorProgram = join(root, 'tools/shopify-simulator/src/main.ts');

async function openSimulator({ instance, supervisor, progress }: Context, app: ShopifyApp): Promise<void> {
  const startMs = performance.now();
  const part = await startProgram({
    name: 'simulator',
    args: [simulatorProgram],
    env: simulatorEnvironment(instance, app),
    logFile: instance.logFile('simulator'),
    cacheDir: instance.paths.cache,
    healthUrl: `${instance.simulatorUrl}/control`,
    signal: supervisor.signal,
  });
  supervisor.add(part);
  progress.done(`Shopify simulator on ${instance.simulatorUrl} ${tookSince(startMs)}`);
}

async function openServer(
  { instance, supervisor, progress }: Context,
  { database, secrets, app }: Started & { secrets: Secrets },
): Promise<void> {
  const startMs = performance.now();
  progress.begin('server');
  const { ownerUrl } = database;
  const part = await startProgram({
    name: 'server',
    args: ['--enable-source-maps', serverBundle],
    env: serverEnvironment(instance, { ownerUrl, roleSecret: secrets.databaseRoleSecret, app }),
    logFile: instance.logFile('server'),
    cacheDir: instance.paths.cache,
    healthUrl: `${instance.serverUrl}/readyz`,
    signal: supervisor.signal,
  });
  supervisor.add(part);
  progress.done(`server on ${instance.serverUrl} ${tookSince(startMs)}`);
}

/** A demo shop that is not complete is a reason to look at the logs, not to stop what runs. */
async function seedDemoShop({ instance, progress }: Context, database: string): Promise<void> {
  const startMs = performance.now();
  try {
    const result = await ensureSeed({
      instance,
      database,
      now: new Date(),
      onProgress: (text) => progress.update(text),
    });
    if (result.outcome === 'present') return;
    progress.done(`demo shop: ${result.customers} customers, ${result.orders} orders ${tookSince(startMs)}`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    progress.say(`  ! demo shop: ${reason}; the next start tries again (./dev.sh logs server)`);
  }
}
