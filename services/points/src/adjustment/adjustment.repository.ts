import type { Tx } from '@loyalnest/platform/database/database';
import type { CustomerKey } from '../ledger/posting.repository.ts';
import { transferFromRow, type TransferRow } from '../ledger/transfer.repository.ts';
import type { Transfer } from '../ledger/transfer.ts';

/** Relies on the primary key of `points_transactions`, in each of its partitions: the id does not say the month. */
export async function findTransfer(tx: Tx, merchantId: number, transferId: number): Promise<Transfer | undefined> {
  const [row] = await tx.query<TransferRow>(
    'select * from points_transactions where merchant_id = $1 and transfer_id = $2',
    [merchantId, transferId],
  );
  return row && transferFromRow(row);
}

/** Whether points of this lot have expired; an expiry's business key names its lot. Relies on `points_transactions_by_customer`. */
export async function hasExpired(tx: Tx, { merchantId, customerId }: CustomerKey, lotId: number): Promise<boolean> {
  const rows = await tx.query(
    `select from points_transactions
     where merchant_id = $1 and customer_id = $2 and kind = 'expire' and business_key like 'expire/' || $3::bigint || '/%'
     limit 1`,
    [merchantId, customerId, lotId],
  );
  return rows.length > 0;
}
