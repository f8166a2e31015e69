import type { Database, Tx } from './database.ts';

/** Rows that jobs remove in one transaction: some tens of milliseconds. */
export const removedMax = 5_000;

/**
 * Repeats a removal, each time in a transaction of its own, until it finds fewer than it may take at once. `remove` takes
 * `removedMax` rows at most and says how many they were.
 */
export async function removeOld(
  database: Database,
  merchantIds: readonly number[],
  remove: (tx: Tx) => Promise<number>,
): Promise<void> {
  let removed: number;
  do {
    removed = await database.forMerchants(merchantIds, remove);
  } while (removed === removedMax);
}
