import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Whole } from './whole/whole.ts';

const pollMs = 200;
/** Past what is wanted, so that it is seen how long it takes. */
const patienceMs = 40_000;

/**
 * Seconds until whatever had happened by then has reached event-tracking, which hears of every order and reward, and is
 * at the end of the way that events take.
 */
export async function waitUntilHeard(whole: Whole, since: { at: Date; ms: number }): Promise<number | null> {
  const client = new pg.Client({ connectionString: whole.ownerUrl });
  await client.connect();
  try {
    while (performance.now() < since.ms + patienceMs) {
      const { rows } = await client.query<{ is_heard: boolean }>(
        `select not exists (
           select from points.outbox
           where type in ('points.earned.v1', 'points.redeemed.v1') and occurred_at < $1
             and not exists (
               select from event_tracking.inbox where inbox.source = 'points' and inbox.id = outbox.id)) as is_heard`,
        [since.at],
      );
      if (rows[0]?.is_heard) return (performance.now() - since.ms) / 1_000;
      await sleep(pollMs);
    }
    return null;
  } finally {
    await client.end();
  }
}
