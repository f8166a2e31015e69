import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const pollMs = 50;
const timeoutMs = 120_000;

/** Waits until every event that points has published reached whoever listens. */
export async function waitUntilDelivered(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const deadline = performance.now() + timeoutMs;
    while (!(await isDelivered(client))) {
      if (performance.now() > deadline) throw new Error(`events are still on their way after ${timeoutMs / 1_000} s`);
      await sleep(pollMs);
    }
  } finally {
    await client.end();
  }
}

/**
 * Takes the members' projection past the events there are. Those that pgbench writes all tell of the one transfer that was
 * recorded, and nobody could project that twice. The server is halted meanwhile.
 */
export async function passOver(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl, statement_timeout: pollMs * 100 });
  await client.connect();
  try {
    await client.query(`
      update points.outbox_cursors set (xid, id) = (
        select outbox.xid, outbox.id from points.outbox order by outbox.xid desc, outbox.id desc limit 1)
      where consumer = 'members' and exists (select from points.outbox)`);
  } finally {
    await client.end();
  }
}

async function isDelivered(client: pg.Client): Promise<boolean> {
  const { rowCount } = await client.query(`
    select from points.outbox_cursors as cursor
    where (cursor.xid, cursor.id) < (
      select outbox.xid, outbox.id from points.outbox order by outbox.xid desc, outbox.id desc limit 1)
    limit 1`);
  return rowCount === 0;
}
