import { numberArray, textArray } from '../database/arrays.ts';
import type { Tx } from '../database/database.ts';
import type { DeliveredEvent, Position } from '../events/outbox.ts';
import { publishedPayload } from '../telemetry/event-trace.ts';

export type PlacedEvent = DeliveredEvent & { position: Position };

type OutboxRow = Position & {
  merchant_id: number;
  key: string;
  type: string;
  payload: unknown;
  occurred_at: Date;
  is_readable: boolean;
};

// None of these is prepared under a name: planned with their values, lists are hashed, and a table is as large as it is now.

const columns = 'xid::text as xid, id, merchant_id, key, type, payload, occurred_at';

/** Behind every transaction that has ended and before every one that still runs: what is committed later comes after it. */
export async function readHorizon(tx: Tx): Promise<Position> {
  const [row] = await tx.query<{ xid: string }>('select pg_snapshot_xmin(pg_current_snapshot())::text as xid');
  if (!row) throw new Error('no horizon');
  return { xid: row.xid, id: 0 };
}

export type LiveRead = {
  /** As `readHorizon`, of the moment of this reading. */
  horizon: Position;
  /** Up to the horizon. */
  events: PlacedEvent[];
  /** Others are committed, and older transactions that still run hold them back. */
  isHeldBack: boolean;
  /** There are more than the limit. */
  isMore: boolean;
};

/**
 * Events of these merchants (`null`: of any) after a position, in one statement with the horizon. Relies on the primary key
 * of `outbox`, (xid, id).
 */
export async function readLive(
  tx: Tx,
  of: {
    source: string;
    after: Position;
    types: readonly string[];
    merchantIds: readonly number[] | null;
    limit: number;
  },
): Promise<LiveRead> {
  const rows = await tx.query<(OutboxRow | { [Column in keyof OutboxRow]: null }) & { horizon: string }>(
    `select now.horizon::text as horizon, found.*, found.place < now.horizon as is_readable
     from (select pg_snapshot_xmin(pg_current_snapshot()) as horizon) as now
     left join lateral (
       select outbox.xid as place, ${columns}
       from outbox
       where (outbox.xid, id) > ($1::xid8, $2) and type = any ($3::text[])
         and ($4::bigint[] is null or merchant_id = any ($4::bigint[]))
       order by outbox.xid, outbox.id
       limit $5
     ) as found on true
     order by found.place, found.id`,
    [of.after.xid, of.after.id, textArray(of.types), of.merchantIds && numberArray(of.merchantIds), of.limit],
  );
  const [first] = rows;
  if (!first) throw new Error('no horizon');
  const found = rows.filter((row) => row.xid !== null);
  const readable = found.filter((row) => row.is_readable);
  return {
    horizon: { xid: first.horizon, id: 0 },
    events: readable.map((row) => toEvent(of.source, row)),
    isHeldBack: readable.length < found.length,
    isMore: readable.length === of.limit,
  };
}

/** The position that has `distance` events between itself and `end`; `undefined` if there are not that many. */
export async function findFloor(tx: Tx, end: Position, distance: number): Promise<Position | undefined> {
  const [row] = await tx.query<Position>(
    `select xid::text as xid, id from outbox where (xid, id) <= ($1::xid8, $2)
     order by outbox.xid desc, outbox.id desc
     offset $3 limit 1`,
    [end.xid, end.id, distance],
  );
  return row;
}

/** Events of these keys and merchants behind `after`, up to `end`, oldest first. As `readLive`, a scan of the primary key. */
export async function readPast(
  tx: Tx,
  of: {
    source: string;
    after: Position;
    end: Position;
    types: readonly string[];
    keys: readonly string[];
    merchantIds: readonly number[];
    limit: number;
  },
): Promise<PlacedEvent[]> {
  const rows = await tx.query<OutboxRow>(
    `select ${columns}
     from outbox
     where (xid, id) > ($1::xid8, $2) and (xid, id) <= ($3::xid8, $4) and type = any ($5::text[])
       and (key = any ($6::text[]) or merchant_id = any ($7::bigint[]))
     order by outbox.xid, outbox.id
     limit $8`,
    [
      of.after.xid,
      of.after.id,
      of.end.xid,
      of.end.id,
      textArray(of.types),
      textArray(of.keys),
      numberArray(of.merchantIds),
      of.limit,
    ],
  );
  return rows.map((row) => toEvent(of.source, row));
}

function toEvent(source: string, row: Omit<OutboxRow, 'is_readable'>): PlacedEvent {
  return {
    source,
    id: row.id,
    merchantId: row.merchant_id,
    key: row.key,
    type: row.type,
    ...publishedPayload(row.payload),
    occurredAt: row.occurred_at,
    position: { xid: row.xid, id: row.id },
  };
}
