import { numberArray, textArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import type { ExclusionRule } from './exclusion-rule.ts';

/** A rule and the products that it excludes. */
export type Exclusions = { rule: ExclusionRule; productIds: readonly number[] };

type ExclusionRow = { merchant_id: number; tags: string[]; collection_ids: number[]; product_ids: number[] };

export async function findExclusions(tx: Tx, merchantIds: readonly number[]): Promise<Map<number, Exclusions>> {
  const rows = await tx.query<ExclusionRow>(
    'select merchant_id, tags, collection_ids, product_ids from exclusions where merchant_id = any ($1::bigint[])',
    [numberArray(merchantIds)],
  );
  return new Map(
    rows.map((row) => [
      row.merchant_id,
      { rule: { tags: row.tags, collectionIds: row.collection_ids }, productIds: row.product_ids },
    ]),
  );
}

/** In the transaction that saves the rules, so that a version and what it excludes hold from the same moment. */
export async function saveExclusions(
  tx: Tx,
  merchantId: number,
  exclusions: Exclusions | undefined,
  now: Date,
): Promise<void> {
  if (!exclusions) {
    await tx.query('delete from exclusions where merchant_id = $1', [merchantId]);
    return;
  }
  const { rule, productIds } = exclusions;
  await tx.query(
    `insert into exclusions (merchant_id, tags, collection_ids, product_ids, resolved_at)
     values ($1, $2::text[], $3::bigint[], $4::bigint[], $5)
     on conflict (merchant_id) do update set
       tags = excluded.tags, collection_ids = excluded.collection_ids, product_ids = excluded.product_ids,
       resolved_at = excluded.resolved_at`,
    [merchantId, textArray(rule.tags), numberArray(rule.collectionIds), numberArray(productIds), now],
  );
}

/** Takes over what a later look at Shopify found, unless the rule is another by now. */
export async function refreshExclusions(
  tx: Tx,
  merchantId: number,
  { rule, productIds }: Exclusions,
  now: Date,
): Promise<void> {
  await tx.query(
    `update exclusions set product_ids = $4::bigint[], resolved_at = $5
     where merchant_id = $1 and tags = $2::text[] and collection_ids = $3::bigint[]`,
    [merchantId, textArray(rule.tags), numberArray(rule.collectionIds), numberArray(productIds), now],
  );
}
