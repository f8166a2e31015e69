import type { Tx } from '../database/database.ts';
import type { Position } from './outbox.ts';

/** The one reader of an outbox whose events go through a broker. */
export const brokerReader = 'kafka';

/**
 * Takes the reader's place: of several processes, one at a time delivers to a destination. An advisory lock rather than a
 * row lock, because a row lock would give this transaction an id, and that id would hold back what other readers see.
 */
export async function takePosition(tx: Tx, reader: string): Promise<Position | undefined> {
  const [row] = await tx.query<Position & { taken: boolean }>(
    `select pg_try_advisory_xact_lock(hashtextextended(current_schema() || '/' || consumer, 0)) as taken, xid::text as xid, id
     from outbox_cursors where consumer = $1`,
    [reader],
    'take-position',
  );
  if (row) return row.taken ? row : undefined;
  await tx.query('insert into outbox_cursors (consumer) values ($1) on conflict do nothing', [reader]);
  await tx.query(reader === brokerReader ? forgetConsumersSql : forgetBrokerSql);
  return takePosition(tx, reader);
}

/**
 * An installation delivers in one way. When it begins with the other one, it does so at the oldest event that is kept, the
 * inboxes drop what they have, and positions that nobody moves any more are forgotten: they would hold back the purge, and
 * with it, after a month, what the inboxes remember. Consumers are named as their schemas.
 */
const forgetConsumersSql = `
  delete from outbox_cursors
  where exists (
    select from pg_class
    join pg_namespace on pg_namespace.oid = relnamespace
    where relname = 'inbox' and relkind = 'r' and nspname = replace(consumer, '-', '_'))`;
const forgetBrokerSql = `delete from outbox_cursors where consumer = '${brokerReader}'`;
