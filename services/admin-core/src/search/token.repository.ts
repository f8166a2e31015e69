import { numberArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import type { CustomerKey } from '../customers/customer.ts';

export type TokenWrite = CustomerKey & { tokens: readonly number[] };

/** Gives customers their tokens; their rows are locked, or new in this transaction. */
export async function insertTokens(tx: Tx, customers: readonly TokenWrite[]): Promise<void> {
  const rows = customers.flatMap(({ merchantId, customerId, tokens }) =>
    tokens.map((token) => ({ merchantId, customerId, token })),
  );
  if (rows.length === 0) return;
  await tx.query(
    `insert into customer_search_tokens (merchant_id, customer_id, token)
     select * from unnest($1::bigint[], $2::bigint[], $3::bigint[])
     on conflict do nothing`,
    [
      numberArray(rows.map(({ merchantId }) => merchantId)),
      numberArray(rows.map(({ customerId }) => customerId)),
      numberArray(rows.map(({ token }) => token)),
    ],
    'insert-search-tokens',
  );
}

/** As `insertTokens`, in place of those they had. */
export async function replaceTokens(tx: Tx, customers: readonly TokenWrite[]): Promise<void> {
  if (customers.length === 0) return;
  await deleteTokens(tx, customers);
  await insertTokens(tx, customers);
}

/**
 * Finds the rows by the index `customer_search_tokens_by_customer`, customer by customer, and then takes them by their place:
 * the planner would join the customers with all tokens of the stated merchants. Tokens never change, so their place holds.
 */
export async function deleteTokens(tx: Tx, customers: readonly CustomerKey[]): Promise<void> {
  await tx.query(
    `delete from customer_search_tokens where ctid = any (array(
       select found.ctid
       from unnest($1::bigint[], $2::bigint[]) as named (merchant_id, customer_id)
       cross join lateral (
         select ctid from customer_search_tokens as held
         where held.merchant_id = named.merchant_id and held.customer_id = named.customer_id
         offset 0
       ) as found
     ))`,
    [
      numberArray(customers.map(({ merchantId }) => merchantId)),
      numberArray(customers.map(({ customerId }) => customerId)),
    ],
    'delete-search-tokens',
  );
}

/** Statements that one shop's tokens go in: there are some 15 to a customer, and a statement may take 15 s. */
const shares = 16;
/** One more than the largest token. */
const tokensEnd = 2 ** 48;

/** All of a shop. Tokens are spread evenly, so each statement takes its share by a range of the primary key. */
export async function deleteTokensOfMerchant(tx: Tx, merchantId: number): Promise<void> {
  const width = tokensEnd / shares;
  for (let from = 0; from < tokensEnd; from += width) {
    await tx.query('delete from customer_search_tokens where merchant_id = $1 and token >= $2 and token < $3', [
      merchantId,
      from,
      from + width,
    ]);
  }
}
