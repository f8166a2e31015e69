import { join } from 'node:path';
import { ensurePages, ensureServerBundle } from './build.ts';
import { migrateDatabase, startDatabase, type StartedDatabase } from './database.ts';
import { describeAddress } from './database-url.ts';
import { simulatorEnvironment, type ShopifyApp } from './environment.ts';
import { root, type Instance } from './instance.ts';
import { startProgram } from './part.ts';
import { tookSince, type Progress } from './progress.ts';
import type { Secrets } from './secrets.ts';
import { ensureSeed } from './seed/seed.ts';
import type { Supervisor } from './supervisor.ts';

// What both shapes open in the same way.

export type Started = {
  database: StartedDatabase;
  app: ShopifyApp;
  /** What else can be reached, and where. */
  addresses: readonly (readonly [string, string])[];
  /** Whose log tells of orders. */
  log: string;
};

export type Context = { instance: Instance; supervisor: Supervisor; progress: Progress };

/**
 * As Promise.all, but the first failure makes the others give up, and it waits for them before it throws: what they have
 * started must be known to be stopped.
 */
export async function allOf<T extends readonly unknown[]>(
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

export async function openDatabase(
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

export async function buildPrograms({ supervisor, progress }: Context): Promise<void> {
  const startMs = performance.now();
  if (await ensureServerBundle(supervisor.signal)) progress.done(`server built ${tookSince(startMs)}`);
  const pagesMs = performance.now();
  if (await ensurePages(supervisor.signal)) progress.done(`dashboard and widget built ${tookSince(pagesMs)}`);
}

const simulatorProgram = join(root, 'tools/shopify-simulator/src/main.ts');

export async function openSimulator({ instance, supervisor, progress }: Context, app: ShopifyApp): Promise<void> {
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

/** A demo shop that is not complete is a reason to look at the logs, not to stop what runs. */
export async function seedDemoShop({ instance, progress }: Context, database: string): Promise<void> {
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
