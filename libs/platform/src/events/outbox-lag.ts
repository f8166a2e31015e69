import type { Database } from '../database/database.ts';
import type { EventLag } from './event-paths.ts';

/** A reader that is further behind than this is counted no further: looking is not to cost more than catching up. */
const countedMax = 100_000;

/** How far a reader of an outbox is behind. Relies on the primary key of `outbox`, (xid, id). */
export async function readOutboxLag(database: Database, source: string, reader: string): Promise<EventLag> {
  const [row] = await database.forNoMerchant((tx) =>
    tx.query<{ events: number; oldest_at: Date | null }>(
      `with position as (
         select coalesce(max(xid), '0') as xid, coalesce(max(id), 0) as id from outbox_cursors where consumer = $1
       ), waiting as (
         select occurred_at from outbox, position
         where (outbox.xid, outbox.id) > (position.xid, position.id)
         order by outbox.xid, outbox.id
         limit ${countedMax}
       )
       select count(*) as events, (select occurred_at from waiting limit 1) as oldest_at from waiting`,
      [reader],
      'read-outbox-lag',
    ),
  );
  const oldestAt = row?.oldest_at ?? undefined;
  return { source, consumer: reader, events: row?.events ?? 0, ...(oldestAt ? { oldestAt } : {}) };
}
