import type { Database, Tx } from '@loyalnest/platform/database/database';

/** Rows that are in memory at once. */
const fetchMax = 1_000;

/**
 * Runs `work` on one unchanging view of these merchants' rows. It can change nothing, and takes longer than a request may.
 */
export function onSnapshot<R>(
  database: Database,
  merchantIds: readonly number[],
  work: (tx: Tx) => Promise<R>,
): Promise<R> {
  return database.forMerchants(merchantIds, async (tx) => {
    await tx.query('set transaction isolation level repeatable read read only');
    await tx.query(`set local statement_timeout = '15min'`);
    await tx.query(`set local work_mem = '64MB'`);
    return work(tx);
  });
}

/** Reads a result of any size piece by piece. Inside one transaction, one stream at a time. */
export async function* stream<Row extends Record<string, unknown>>(
  tx: Tx,
  text: string,
  values: readonly unknown[],
): AsyncGenerator<Row> {
  await tx.query(`declare rows_of_proof no scroll cursor for ${text}`, values);
  try {
    for (;;) {
      const rows = await tx.query<Row>(`fetch ${fetchMax} from rows_of_proof`);
      yield* rows;
      if (rows.length < fetchMax) break;
    }
  } finally {
    await tx.query('close rows_of_proof');
  }
}
