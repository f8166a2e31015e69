import type { Tx } from '@loyalnest/platform/database/database';

export type WaitingEvents = { waiting: number; oldest: Date | null };

/**
 * Events of a merchant that the slowest listener has not passed. Nothing waits while nobody listens. Relies on the primary
 * key of `outbox`, (xid, id).
 */
export async function findWaitingEvents(tx: Tx, merchantId: number): Promise<WaitingEvents> {
  const [row] = await tx.query<WaitingEvents>(
    `select count(*) as waiting, min(occurred_at) as oldest
     from (select xid, id from outbox_cursors order by xid, id limit 1) as slowest
     join outbox on (outbox.xid, outbox.id) > (slowest.xid, slowest.id)
     where merchant_id = $1`,
    [merchantId],
  );
  return row ?? { waiting: 0, oldest: null };
}
