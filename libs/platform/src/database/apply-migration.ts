import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { isRetryable } from './database.ts';
import { schemaName } from './roles.ts';

/**
 * How long a migration waits for a table. Everybody who comes after it waits behind it, whatever he wants of the table, so
 * it is short; PostgreSQL takes 1 s before it ends a vacuum that stands in the way, so it is longer than that.
 */
const lockMaxMs = 2_000;
/** Lets those who queued up behind a migration through. */
const pauseMs = 1_000;
/** Together a minute and a half. What holds a table for longer than that has to be looked at by a person. */
const attemptsMax = 30;

export type Migration = { service: string; name: string; sha256: string; text: string };

/** Applies a migration and records it. Throws when it fails, or when it cannot get at a table again and again. */
export async function applyMigration(
  client: pg.Client,
  migration: Migration,
  log: (message: string) => void,
): Promise<void> {
  const what = `migration ${migration.service}/${migration.name}`;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await (isOutside(migration) ? applyOutside : applyInside)(client, migration);
    } catch (error) {
      if (!isInTheWay(error) || attempt === attemptsMax)
        throw new Error(`${what} failed: ${(error as Error).message}`, { cause: error });
    }
    log(`${what} let others go first; next try in ${pauseMs / 1_000} s`);
    await sleep(pauseMs);
  }
}

async function applyInside(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(`set local search_path = ${client.escapeIdentifier(schemaName(migration.service))}`);
    await client.query(`set local lock_timeout = ${lockMaxMs}`);
    await client.query(migration.text);
    await record(client, migration);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

/**
 * Runs statement by statement. They hold nobody up, so they may wait. One that is cut off begins again with the first, which
 * has to clear away what the last try left: an index that is not complete costs every write and helps no query.
 */
async function applyOutside(client: pg.Client, migration: Migration): Promise<void> {
  const schema = schemaName(migration.service);
  await client.query(`set search_path = ${client.escapeIdentifier(schema)}`);
  try {
    for (const statement of statementsOf(migration)) await client.query(statement);
    const { rows } = await client.query<{ name: string }>(
      `select class.relname as name from pg_index join pg_class as class on class.oid = indexrelid
       where class.relnamespace = $1::regnamespace and not indisvalid`,
      [schema],
    );
    const [broken] = rows;
    if (broken) throw new Error(`index ${broken.name} is not valid; drop it first, concurrently and if it exists`);
    await record(client, migration);
  } finally {
    await client.query('reset search_path');
  }
}

async function record(client: pg.Client, { service, name, sha256 }: Migration): Promise<void> {
  await client.query('insert into loyalnest.migrations (service, name, sha256) values ($1, $2, $3)', [
    service,
    name,
    sha256,
  ]);
}

/** The first line of a migration that PostgreSQL takes in no transaction, such as an index that is built concurrently. */
const outsideLine = /^-- Outside a transaction: ./;

export function isOutside({ text }: Pick<Migration, 'text'>): boolean {
  return outsideLine.test(text);
}

/** Each ends with its line. There is nothing to quote in what runs outside a transaction. */
function statementsOf({ text }: Migration): string[] {
  if (/[$']/.test(text.replaceAll(/^--.*$/gm, ''))) throw new Error('text is quoted outside a transaction');
  return text
    .replaceAll(/^--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/** Somebody else holds what it needs, or held it in another order. */
function isInTheWay(error: unknown): boolean {
  return isRetryable(error) || (error instanceof Error && (error as { code?: string }).code === '55P03');
}
