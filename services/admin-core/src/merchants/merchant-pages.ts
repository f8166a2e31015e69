import type { Database } from '@loyalnest/platform/database/database';
import { listMerchantIds } from './merchant.repository.ts';

/** Merchants that one transaction of a job states: few enough for their rows to be locked briefly. */
const pageSize = 250;

/** Runs `work` for all merchants, some at a time; jobs see a tenant's rows only by stating it. */
export async function forMerchantPages(
  database: Database,
  work: (merchantIds: number[]) => Promise<void>,
): Promise<void> {
  const ids = await database.forNoMerchant(listMerchantIds);
  for (let start = 0; start < ids.length; start += pageSize) await work(ids.slice(start, start + pageSize));
}
