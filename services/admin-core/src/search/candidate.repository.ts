import { numberArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';

/** As far as tokens are counted: of those that more customers have, any is as good as another. */
const countMax = 4_000;
/** Further tokens that have to be there too. What they let through is compared after decryption. */
const othersMax = 3;

/** The tokens, those that the fewest customers have first. Reads at most `countMax` index entries of each. */
export async function countByToken(tx: Tx, merchantId: number, tokens: readonly number[]): Promise<number[]> {
  const rows = await tx.query<{ token: number }>(
    `select wanted.token
     from unnest($2::bigint[]) as wanted (token)
     cross join lateral (
       select count(*) as customers from (
         select from customer_search_tokens as held
         where held.merchant_id = $1 and held.token = wanted.token
         limit ${countMax}
       ) as seen
     ) as counted
     order by customers, wanted.token`,
    [merchantId, numberArray(tokens)],
    'count-search-tokens',
  );
  return rows.map((row) => row.token);
}

/** `last`: the smallest id that was looked at, while there may be smaller ones. */
export type Candidates = { ids: number[]; last: number | undefined };

/**
 * Who has all tokens among the next `looks` customers of the first token, newest first. Walks that token in the primary
 * key, and looks for each of the others by the whole of it.
 */
export async function listCandidates(
  tx: Tx,
  {
    merchantId,
    tokens,
    before,
    looks,
  }: { merchantId: number; tokens: readonly number[]; before: number; looks: number },
): Promise<Candidates> {
  const others = tokens.slice(1, 1 + othersMax);
  // Scalar subselects with a limit, because those stay one look into the key for each customer. The planner takes a token
  // for rarer than it is, and would join the tokens' customers each with each.
  const conditions = others.map(
    (_, index) => `and (
       select true from customer_search_tokens as held
       where held.merchant_id = $1 and held.token = $${index + 5} and held.customer_id = step.customer_id
       limit 1
     )`,
  );
  const [row] = await tx.query<{ ids: number[]; looked: number; last: number | null }>(
    `with step as materialized (
       select customer_id from customer_search_tokens
       where merchant_id = $1 and token = $2 and customer_id < $3
       order by customer_id desc
       limit $4
     )
     select (select count(*) from step) as looked, (select min(customer_id) from step) as last,
       array(
         select customer_id from step where true ${conditions.join(' ')} order by customer_id desc
       ) as ids`,
    [merchantId, tokens[0], before, looks, ...others],
    `list-candidates-${others.length}`,
  );
  if (!row) throw new Error('an aggregate has one row');
  return { ids: row.ids, last: row.looked === looks ? (row.last ?? undefined) : undefined };
}
