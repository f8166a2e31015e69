import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '@loyalnest/platform/database/embedded';
import { migrate, postgresMajorMin } from '@loyalnest/platform/database/migrate';
import { describeAddress } from './database-url.ts';
import { UserError } from './errors.ts';
import { root, type Instance } from './instance.ts';
import { sizeOf } from './logfile.ts';
import type { Part } from './part.ts';

export type StartedDatabase = {
  ownerUrl: string;
  version: string;
  /** Absent when the server is not ours. */
  part?: Part;
};

export async function startDatabase(instance: Instance, outsideUrl: string | undefined): Promise<StartedDatabase> {
  if (outsideUrl) return { ownerUrl: outsideUrl, version: await assertUsable(outsideUrl) };
  const logFile = instance.logFile('postgres');
  const logStart = sizeOf(logFile);
  const postgres = await startEmbeddedPostgres({
    dataDir: instance.paths.postgres,
    port: instance.ports.postgres,
    logFile,
  });
  const { ownerUrl, version, pid, exited, stop } = postgres;
  return { ownerUrl, version, part: { name: 'postgres', pid, logFile, logStart, exited, stop } };
}

/** Brings the schema to this version. Returns how many migrations that took. */
export async function migrateDatabase(options: { ownerUrl: string; roleSecret: string }): Promise<number> {
  try {
    const { applied } = await migrate({ ...options, servicesDir: join(root, 'services') });
    return applied.length;
  } catch (error) {
    throw new UserError(
      `the database cannot be brought up to date: ${(error as Error).message}; ./dev.sh reset begins anew`,
      1,
      { cause: error },
    );
  }
}

const connectTimeoutMs = 5_000;

async function assertUsable(databaseUrl: string): Promise<string> {
  if (!/^postgres(ql)?:\/\/./.test(databaseUrl) || !URL.canParse(databaseUrl)) {
    throw new UserError('DATABASE_URL must look like postgres://owner:password@host:5432/database', 2);
  }
  const address = describeAddress(databaseUrl);
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: connectTimeoutMs });
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string; number: number; may_migrate: boolean }>(`
      select current_setting('server_version') as version,
             current_setting('server_version_num')::int as number,
             (rolsuper or rolcreaterole) and has_database_privilege(current_database(), 'create') as may_migrate
      from pg_roles
      where rolname = current_user`);
    const [server] = rows;
    if (!server || server.number < postgresMajorMin * 10_000) {
      throw new UserError(`the PostgreSQL at ${address} is ${server?.version}; ${postgresMajorMin} or newer is needed`);
    }
    if (!server.may_migrate) {
      throw new UserError(
        `the user of DATABASE_URL needs the CREATEROLE attribute and CREATE on the database at ${address}`,
      );
    }
    // Distributions add their own name behind the number.
    return server.version.split(' ')[0] ?? server.version;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`the PostgreSQL at ${address} (DATABASE_URL) refuses: ${reasonOf(error)}`, 1, { cause: error });
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A name with several addresses fails with an error for each and no text of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}
