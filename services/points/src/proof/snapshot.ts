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
    await tx.allowMinutes(15);
    await tx.query(`set local work_mem = '64MB'`);
    // Each query compares whole tables, which is what hash joins are for. On tables that were just filled and have no
    // statistics yet, the planner would take them for small and go through one for every row of the other.
    await tx.query('set local enable_nestloop = off');
    await tx.query('set local enable_mergejoin = off');
    return work(tx);
  });
}

/**
 * Reads a result of any size piece by piece; the next piece is fetched while the last is looked at. Inside one
 * transaction, one stream at a time.
 */
export async function* stream<Row extends Record<string, unknown>>(
  tx: Tx,
  text: string,
  values: readonly unknown[],
): AsyncGenerator<Row> {
  await tx.query(`declare streamed_rows no scroll cursor for ${text}`, values);
  let rows: Row[];
  let next = fetch<Row>(tx);
  do {
    rows = await next;
    if (rows.length === fetchMax) next = fetch<Row>(tx);
    yield* rows;
  } while (rows.length === fetchMax);
  await tx.query('close streamed_rows');
}

function fetch<Row extends Record<string, unknown>>(tx: Tx): Promise<Row[]> {
  const rows = tx.query<Row>(`fetch ${fetchMax} from streamed_rows`);
  // Whoever stops reading early does not hear of its failure; whoever reads on does.
  rows.catch(() => undefined);
  return rows;
}
