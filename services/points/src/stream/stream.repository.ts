import { numberArray, textArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import { historyColumns, type HistoryRow } from '../balance/history.repository.ts';
import type { Balance } from '../ledger/transfer.ts';

type ToldRow = HistoryRow & Balance & { merchant_id: number };

/** Rows by the merchant and transfer that they are of. */
export type ToldRows = { get(merchantId: number, transferId: number): ToldRow | undefined };

/**
 * What a history tells of the transfers of these events, and their customers' balances as they are now: an event knows the
 * balance of its own moment, and one that the outbox has first may be of a later one. The row of a business key names the
 * partition, so only that one is read. Relies on the primary keys of `transfer_keys`, `points_transactions`, `orders` and
 * `customer_balances`.
 */
export async function findTold(
  tx: Tx,
  events: readonly { merchantId: number; businessKey: string }[],
): Promise<ToldRows> {
  const rows = await tx.query<ToldRow>(
    `select transfers.merchant_id, ${historyColumns}, balances.pending, balances.available, balances.held
     from unnest($1::bigint[], $2::text[]) as told (merchant_id, business_key)
     join transfer_keys as keys on keys.merchant_id = told.merchant_id and keys.business_key = told.business_key
     join points_transactions as transfers on transfers.merchant_id = keys.merchant_id
       and transfers.transfer_id = keys.transfer_id and transfers.created_at = keys.created_at
     join customer_balances as balances on balances.merchant_id = transfers.merchant_id
       and balances.customer_id = transfers.customer_id
     left join orders on orders.merchant_id = transfers.merchant_id and orders.order_id = transfers.order_id`,
    [numberArray(events.map(({ merchantId }) => merchantId)), textArray(events.map(({ businessKey }) => businessKey))],
    'find-told',
  );
  const byId = new Map(rows.map((row) => [`${row.merchant_id}/${row.transfer_id}`, row]));
  return { get: (merchantId, transferId) => byId.get(`${merchantId}/${transferId}`) };
}
