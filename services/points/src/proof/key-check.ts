import { numberArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import { differencesMax, type Findings } from './findings.ts';

type KeyRow = { merchant_id: number; business_key: string; transfer_id: number; has_transfer: boolean };

/** Transfers and key rows that do not find each other. */
const strayKeysSql = `
with transfers as (
  select merchant_id, transfer_id, created_at, business_key, true as is_there
  from points_transactions
  where merchant_id = any ($1::bigint[])
), keys as (
  select merchant_id, transfer_id, created_at, business_key, true as is_there
  from transfer_keys
  where merchant_id = any ($1::bigint[])
)
select merchant_id, business_key, transfer_id, transfers.is_there is not null as has_transfer
from transfers
full join keys using (merchant_id, transfer_id, created_at, business_key)
where transfers.is_there is null or keys.is_there is null
limit ${differencesMax}`;

const countKeysSql = `
select merchant_id, count(*) as keys
from transfer_keys
where merchant_id = any ($1::bigint[])
group by merchant_id`;

/** Every transfer has its row among the business keys, where the primary key keeps each unique, and every key its transfer. */
export async function checkKeys(tx: Tx, merchantIds: readonly number[], findings: Findings): Promise<void> {
  const strays = await tx.query<KeyRow>(strayKeysSql, [numberArray(merchantIds)]);
  for (const row of strays) {
    const difference = row.has_transfer
      ? `transfer ${row.transfer_id} says "${row.business_key}", which is not its business key`
      : `business key "${row.business_key}" names transfer ${row.transfer_id}, which does not exist`;
    findings.differ('business-keys', row.merchant_id, difference);
  }
  const counts = await tx.query<{ merchant_id: number; keys: number }>(countKeysSql, [numberArray(merchantIds)]);
  for (const row of counts) findings.count('businessKeys', row.merchant_id, row.keys);
}
