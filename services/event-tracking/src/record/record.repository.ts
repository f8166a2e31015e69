import { jsonArray, numberArray, textArray, timeArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import type { ProductEvent } from './product-event.ts';

/** Any number: recording shares this lock, erasing takes it alone. */
const erasureLock = 7_400_002;

/**
 * Records events, each once. Erased customers and shops stay erased: the lock keeps an erasure from running beside a
 * recording that does not see it yet. One statement for the whole batch; relies on the primary keys. The erased are looked
 * up one by one: joined, all that the stated merchants ever erased would be read.
 */
export async function recordEvents(tx: Tx, events: readonly ProductEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.query('select pg_advisory_xact_lock_shared($1)', [erasureLock], 'share-record');
  await tx.query(
    `insert into events (merchant_id, occurred_at, event_id, name, customer_id, properties)
     select arrived.merchant_id, arrived.occurred_at, arrived.event_id, arrived.name,
       case when erased.customer_id is null then arrived.customer_id end, arrived.properties
     from unnest($1::bigint[], $2::timestamptz[], $3::uuid[], $4::text[], $5::bigint[], $6::jsonb[])
       as arrived (merchant_id, occurred_at, event_id, name, customer_id, properties)
     left join lateral (
       select customer_id from erased_customers
       where erased_customers.merchant_id = arrived.merchant_id and erased_customers.customer_id = arrived.customer_id
       limit 1
     ) as erased on true
     where not exists (
       select from shops where shops.merchant_id = arrived.merchant_id and shops.redacted_at is not null
     )
     on conflict (merchant_id, occurred_at, event_id) do nothing`,
    [
      numberArray(events.map((event) => event.merchantId)),
      timeArray(events.map((event) => event.occurredAt)),
      textArray(events.map((event) => event.eventId)),
      textArray(events.map((event) => event.name)),
      numberArray(events.map((event) => event.customerId)),
      jsonArray(events.map((event) => event.properties)),
    ],
    'record-events',
  );
}

/** Remembers ids that pages gave, and gives back those that are new. */
export async function rememberIds(
  tx: Tx,
  merchantId: number,
  reported: { eventIds: readonly string[]; now: Date },
): Promise<Set<string>> {
  const rows = await tx.query<{ event_id: string }>(
    `insert into reported_ids (merchant_id, event_id, reported_at)
     select $1, event_id, $3 from unnest($2::uuid[]) as given (event_id) order by event_id
     on conflict (merchant_id, event_id) do nothing
     returning event_id`,
    [merchantId, textArray(reported.eventIds), reported.now],
  );
  return new Set(rows.map((row) => row.event_id));
}

/** Forgets who did what, of a customer; what was done stays counted. Relies on the index `events_by_customer`. */
export async function eraseCustomer(
  tx: Tx,
  { merchantId, customerId }: { merchantId: number; customerId: number },
): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1)', [erasureLock]);
  await tx.query(
    'insert into erased_customers (merchant_id, customer_id) values ($1, $2) on conflict (merchant_id, customer_id) do nothing',
    [merchantId, customerId],
  );
  await tx.query('update events set customer_id = null where merchant_id = $1 and customer_id = $2', [
    merchantId,
    customerId,
  ]);
}

/** Everything of a shop, and whatever is still on its way until it comes back. */
export async function eraseMerchant(tx: Tx, { merchantId, now }: { merchantId: number; now: Date }): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1)', [erasureLock]);
  await tx.query('update shops set redacted_at = $2 where merchant_id = $1', [merchantId, now]);
  for (const table of ['events', 'erased_customers', 'reported_ids']) {
    await tx.query(`delete from ${table} where merchant_id = $1`, [merchantId]);
  }
}

/** A shop that was redacted has come back. */
export async function readmitMerchant(tx: Tx, merchantId: number): Promise<void> {
  await tx.query('update shops set redacted_at = null where merchant_id = $1 and redacted_at is not null', [
    merchantId,
  ]);
}

export async function deleteReportedIdsBefore(tx: Tx, merchantIds: readonly number[], time: Date): Promise<void> {
  await tx.query('delete from reported_ids where merchant_id = any ($1::bigint[]) and reported_at < $2', [
    merchantIds,
    time,
  ]);
}
