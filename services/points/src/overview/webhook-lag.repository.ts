import { numberArray, timeArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import type { LagCount } from './webhook-lag.ts';

/** `hour` is counted from 1970. */
export type LagRow = LagCount & { merchantId: number; hour: number };

export const hourMs = 3_600_000;

/** What the overview shows; older counts go when newer ones are written. */
const shownMs = 24 * 60 * 60 * 1_000;

/** Adds to the counts, and removes those of the same merchants that are no longer shown. Relies on the primary key. */
export async function addLags(tx: Tx, rows: readonly LagRow[], now: Date): Promise<void> {
  await tx.query(
    `insert into webhook_lags (merchant_id, hour, bucket, deliveries)
     select * from unnest($1::bigint[], $2::timestamptz[], $3::smallint[], $4::bigint[]) order by 1, 2, 3
     on conflict (merchant_id, hour, bucket) do update set deliveries = webhook_lags.deliveries + excluded.deliveries`,
    [
      numberArray(rows.map((row) => row.merchantId)),
      timeArray(rows.map((row) => new Date(row.hour * hourMs))),
      numberArray(rows.map((row) => row.bucket)),
      numberArray(rows.map((row) => row.deliveries)),
    ],
  );
  await tx.query('delete from webhook_lags where merchant_id = any ($1::bigint[]) and hour < $2', [
    numberArray([...new Set(rows.map((row) => row.merchantId))]),
    new Date(now.getTime() - shownMs),
  ]);
}

/** Counts of the last day, to the hour, in the order of their buckets. */
export function sumLags(tx: Tx, merchantId: number, now: Date): Promise<LagCount[]> {
  return tx.query<LagCount>(
    `select bucket, sum(deliveries)::bigint as deliveries from webhook_lags
     where merchant_id = $1 and hour >= $2 group by bucket order by bucket`,
    [merchantId, new Date(now.getTime() - shownMs)],
  );
}
