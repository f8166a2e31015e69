import type { Tx } from '@loyalnest/platform/database/database';
import type { ProductEvent } from '../record/product-event.ts';

export type Position = { xid: string; position: number };
export type UnsentEvent = ProductEvent & Position;

/** Takes the place of the one sender for a while, or gives `undefined` if another has it. */
export async function takeLease(tx: Tx, lease: { id: string; seconds: number }): Promise<Position | undefined> {
  const [row] = await tx.query<Position>(
    `update posthog_cursor set lease = $1, leased_until = now() + make_interval(secs => $2)
     where leased_until < now() or lease = $1
     returning xid::text as xid, position`,
    [lease.id, lease.seconds],
  );
  return row;
}

/** Moves on past what was sent. Does nothing if the place was lost meanwhile: then another sends it again. */
export async function moveCursor(tx: Tx, leaseId: string, to: Position): Promise<void> {
  await tx.query('update posthog_cursor set xid = $2::xid8, position = $3 where lease = $1', [
    leaseId,
    to.xid,
    to.position,
  ]);
}

export async function giveUpLease(tx: Tx, leaseId: string): Promise<void> {
  await tx.query(`update posthog_cursor set lease = null, leased_until = '-infinity' where lease = $1`, [leaseId]);
}

type Row = {
  xid: string;
  position: number;
  merchant_id: number;
  event_id: string;
  occurred_at: Date;
  name: string;
  customer_id: number | null;
  properties: ProductEvent['properties'];
};

/** The next events in the order of commits, of all merchants. */
export async function readEventsAfter(tx: Tx, after: Position, limit: number): Promise<UnsentEvent[]> {
  const rows = await tx.query<Row>(
    `select xid::text as xid, position, merchant_id, event_id, occurred_at, name, customer_id, properties
     from read_events_after($1::xid8, $2, $3)`,
    [after.xid, after.position, limit],
    'read-events-after',
  );
  return rows.map((row) => ({
    xid: row.xid,
    position: row.position,
    merchantId: row.merchant_id,
    eventId: row.event_id,
    occurredAt: row.occurred_at,
    name: row.name,
    customerId: row.customer_id,
    properties: row.properties,
  }));
}
