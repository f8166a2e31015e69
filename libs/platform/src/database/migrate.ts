import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runMigrations } from 'bullmq';
import pg from 'pg';
import { applyMigration } from './apply-migration.ts';
import { jobSchemaName, roleName, rolePassword, schemaName } from './roles.ts';

/** PostgreSQL 15 brought `security_invoker` views and `unique nulls not distinct`; nothing older is tested. */
export const postgresMajorMin = 15;

/** Any number, the same in every process: two migrations at once wait for each other. */
const migrationLockKey = 7_400_001;
const turnPollMs = 200;

export type MigrateOptions = {
  /** Connection of the role that owns the schemas and may create roles. */
  ownerUrl: string;
  roleSecret: string;
  /** Folder with one folder per service, each with `migrations/NNNN_what.sql`. */
  servicesDir: string;
  log?: (message: string) => void;
};

/**
 * Brings the database to the schema of this version: a schema and login role per service, then each migration that has
 * not run yet, in one transaction each unless its first line says otherwise. A migration that already ran and whose text has
 * changed since is an error.
 */
export async function migrate(options: MigrateOptions): Promise<{ applied: string[] }> {
  const client = new pg.Client({ connectionString: options.ownerUrl });
  await client.connect();
  try {
    await assertVersion(client);
    await awaitTurn(client);
    await client.query(bootstrapSql);
    const applied: string[] = [];
    for (const service of findServices(options.servicesDir)) {
      await ensureServiceRole(client, service, options.roleSecret);
      await ensureJobQueue(client, service);
      applied.push(...(await migrateService(client, service, options)));
    }
    return { applied };
  } finally {
    await client.end();
  }
}

/** Services are the folders that bring migrations. */
export function findServices(servicesDir: string): string[] {
  return readdirSync(servicesDir)
    .filter((name) => existsSync(join(servicesDir, name, 'migrations')))
    .sort();
}

/**
 * Asks again and again: whoever waits inside a statement is a transaction that an index built concurrently waits for, and the
 * two would wait for each other.
 */
async function awaitTurn(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [
      migrationLockKey,
    ]);
    if (rows[0]?.mine) return;
    await sleep(turnPollMs);
  }
}

const bootstrapSql = readFileSync(join(import.meta.dirname, 'bootstrap.sql'), 'utf8');

async function assertVersion(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ server_version_num: string; server_version: string }>(
    `select current_setting('server_version_num') as server_version_num, current_setting('server_version') as server_version`,
  );
  const [row] = rows;
  if (row && Number(row.server_version_num) >= postgresMajorMin * 10_000) return;
  throw new Error(`PostgreSQL ${postgresMajorMin} or newer is needed; this server is ${row?.server_version}`);
}

async function ensureServiceRole(client: pg.Client, service: string, roleSecret: string): Promise<void> {
  const role = client.escapeIdentifier(roleName(service));
  const schema = client.escapeIdentifier(schemaName(service));
  const password = client.escapeLiteral(rolePassword(service, roleSecret));
  const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [roleName(service)]);
  if (!rowCount) await client.query(`create role ${role} login nosuperuser nocreatedb nocreaterole nobypassrls`);
  await client.query(`
    alter role ${role} password ${password};
    create schema if not exists ${schema};
    grant usage on schema loyalnest to ${role};
    grant usage on schema ${schema} to ${role};
    alter role ${role} set search_path = ${schema};
  `);
}

/** The queue's tables belong to the owner; the service works in them and can neither change nor drop them. */
async function ensureJobQueue(client: pg.Client, service: string): Promise<void> {
  const schema = client.escapeIdentifier(jobSchemaName(service));
  const role = client.escapeIdentifier(roleName(service));
  await runMigrations(client, jobSchemaName(service));
  await client.query(`
    grant usage on schema ${schema} to ${role};
    grant select, insert, update, delete on all tables in schema ${schema} to ${role};
    grant usage on all sequences in schema ${schema} to ${role};
    grant execute on all functions in schema ${schema} to ${role};
  `);
}

async function migrateService(client: pg.Client, service: string, options: MigrateOptions): Promise<string[]> {
  const folder = join(options.servicesDir, service, 'migrations');
  const done = await client.query<{ name: string; sha256: string }>(
    'select name, sha256 from loyalnest.migrations where service = $1',
    [service],
  );
  const hashes = new Map(done.rows.map((row) => [row.name, row.sha256]));
  const applied: string[] = [];
  for (const name of readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()) {
    const text = readFileSync(join(folder, name), 'utf8');
    const sha256 = createHash('sha256').update(text).digest('hex');
    const before = hashes.get(name);
    if (before === sha256) continue;
    if (before !== undefined) throw new Error(`migration ${service}/${name} has changed since it was applied`);
    options.log?.(`migrate ${service}/${name}`);
    await applyMigration(client, { service, name, sha256, text }, (message) => options.log?.(message));
    applied.push(`${service}/${name}`);
  }
  return applied;
}
