import { numberArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import { differencesMax, type Findings } from './findings.ts';

/** A delivery takes milliseconds. After this long an event is no longer on its way but stuck. */
export const inFlightMaxMs = 5 * 60 * 1_000;

type WaitingRow = { consumer: string; merchant_id: number; events: number; oldest: Date };

/** Events that a consumer has not passed though they are old. Relies on the primary key of `outbox`, (xid, id). */
const waitingSql = `
select consumer, merchant_id, count(*) as events, min(occurred_at) as oldest
from outbox_cursors
join outbox on (outbox.xid, outbox.id) > (outbox_cursors.xid, outbox_cursors.id)
where ($1::bigint[] is null or merchant_id = any ($1::bigint[])) and occurred_at < $2
group by consumer, merchant_id
limit ${differencesMax}`;

const countSql = `
select merchant_id, count(*) as events
from outbox
where $1::bigint[] is null or merchant_id = any ($1::bigint[])
group by merchant_id`;

type FailureRow = { merchant_id: number; source: string; id: number; type: string };

const failuresSql = `
select (event ->> 'merchantId')::bigint as merchant_id, source, id, type
from inbox_failures
where $1::bigint[] is null or (event ->> 'merchantId')::bigint = any ($1::bigint[])
limit ${differencesMax}`;

type EventsContext = {
  /** Whose outbox and inbox the transaction sees. */
  service: string;
  findings: Findings;
  now: Date;
};

/** Every event out is delivered or on its way, and every event in was handled: of these merchants, or of all. */
export async function checkEvents(
  tx: Tx,
  merchantIds: readonly number[] | undefined,
  { service, findings, now }: EventsContext,
): Promise<void> {
  const ids = merchantIds === undefined ? null : numberArray(merchantIds);
  const counts = await tx.query<{ merchant_id: number; events: number }>(countSql, [ids]);
  const waiting = await tx.query<WaitingRow>(waitingSql, [ids, new Date(now.getTime() - inFlightMaxMs)]);
  const failures = await tx.query<FailureRow>(failuresSql, [ids]);
  for (const row of [...counts, ...waiting, ...failures]) findings.include(row.merchant_id);

  for (const row of counts) findings.count('events', row.merchant_id, row.events);
  for (const { consumer, merchant_id: merchantId, events, oldest } of waiting) {
    findings.differ(
      'events',
      merchantId,
      `${events} events of ${service} wait for ${consumer}, the oldest since ${oldest.toISOString()}`,
    );
  }
  for (const { merchant_id: merchantId, source, id, type } of failures) {
    findings.differ(
      'events',
      merchantId,
      `${type} ${id} from ${source} could not be handled by ${service} and was set aside`,
    );
  }
}
