import { jsonArray, numberArray, textArray } from '../database/arrays.ts';
import type { Tx } from '../database/database.ts';
import { storedPayload } from '../telemetry/event-trace.ts';
import type { NewEvent } from './outbox.ts';

/** Puts events into the outbox of the service whose transaction this is. The relay delivers them after the commit. */
export async function publish(tx: Tx, events: readonly NewEvent[], now: Date): Promise<void> {
  if (events.length === 0) return;
  await tx.query(
    `insert into outbox (occurred_at, merchant_id, key, type, payload)
     select $1::timestamptz, * from unnest($2::bigint[], $3::text[], $4::text[], $5::jsonb[])`,
    [
      now.toISOString(),
      numberArray(events.map((event) => event.merchantId)),
      textArray(events.map((event) => event.key)),
      textArray(events.map((event) => event.type)),
      jsonArray(events.map(storedPayload)),
    ],
    'publish',
  );
}
