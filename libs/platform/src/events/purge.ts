import type { Database } from '../database/database.ts';
import { removedMax, removeOld } from '../database/remove-old.ts';

const dayMs = 24 * 60 * 60 * 1_000;
/** An event can come again only while a consumer's position is behind it. */
const inboxKeptMs = 30 * dayMs;
/** Delivered events stay this long, so that a consumer that lost its data can start from two weeks ago. */
const eventsKeptMs = 14 * dayMs;

/**
 * Forgets what came in a month ago, and what went out two weeks ago and every consumer has passed. Events that were set aside
 * wait for a person. The service's migrations call `loyalnest.create_event_retention`.
 */
export async function purgeEvents(database: Database, now: Date): Promise<void> {
  const before = (keptMs: number) => new Date(now.getTime() - keptMs);
  await removeOld(database, [], (tx) =>
    tx.execute(`delete from inbox where ctid in (select ctid from inbox where received_at < $1 limit ${removedMax})`, [
      before(inboxKeptMs),
    ]),
  );
  await removeOld(database, [], async (tx) => {
    const [row] = await tx.query<{ forgotten: number }>('select forget_delivered_events($1, $2) as forgotten', [
      before(eventsKeptMs),
      removedMax,
    ]);
    return row?.forgotten ?? 0;
  });
}
