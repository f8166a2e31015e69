import { numberArray, textArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import { historyColumns, type HistoryRow } from '../balance/history.repository.ts';
import type { Balance } from '../ledger/transfer.ts';

export type ToldRow = HistoryRow & Balance & { merchant_id: number };

/**
 * What a history tells of the transfers of these events, and their customers' balances as they are now: an event knows the
 * balance of its own moment, and one that the outbox has first may be of a later one. The row of a business key names the
 * partition, so only that one is read. Each row is looked up by itself, by the primary key of its table: without the `limit`s
 * the planner takes an index by its merchant alone (see 0025_index_order.sql) and reads all of a shop's balances for each row.
 */
export function findTold(tx: Tx, events: readonly { merchantId: number; businessKey: string }[]): Promise<ToldRow[]> {
  return tx.query<ToldRow>(
    `select transfers.merchant_id, ${historyColumns}, balances.pending, balances.available, balances.held
     from unnest($1::bigint[], $2::text[]) as told (merchant_id, business_key)
     cross join lateral (
       select transfer_id, created_at from transfer_keys
       where merchant_id = told.merchant_id and business_key = told.business_key
       limit 1
     ) as keys
     cross join lateral (
       select * from points_transactions
       where merchant_id = told.merchant_id and transfer_id = keys.transfer_id and created_at = keys.created_at
       limit 1
     ) as transfers
     cross join lateral (
       select pending, available, held from customer_balances
       where merchant_id = told.merchant_id and customer_id = transfers.customer_id
       limit 1
     ) as balances
     left join lateral (
       select snapshot, award from orders
       where merchant_id = told.merchant_id and order_id = transfers.order_id
       limit 1
     ) as orders on true`,
    [numberArray(events.map(({ merchantId }) => merchantId)), textArray(events.map(({ businessKey }) => businessKey))],
    'find-told',
  );
}
