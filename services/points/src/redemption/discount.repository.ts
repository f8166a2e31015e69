import type { Tx } from '@loyalnest/platform/database/database';
import type { Redemption } from './redemption.ts';

/** Shopify's discount that carries the codes of the redemption's bucket. */
export async function findDiscount(tx: Tx, { merchantId, rewardId, bucket }: Redemption): Promise<string | undefined> {
  const [row] = await tx.query<{ discount_gid: string }>(
    'select discount_gid from reward_discounts where merchant_id = $1 and reward_id = $2 and bucket = $3',
    [merchantId, rewardId, bucket],
  );
  return row?.discount_gid;
}

export async function recordDiscount(
  tx: Tx,
  { merchantId, rewardId, bucket }: Redemption,
  discountGid: string,
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into reward_discounts (merchant_id, reward_id, bucket, discount_gid, created_at) values ($1, $2, $3, $4, $5)
     on conflict (merchant_id, reward_id, bucket) do update set discount_gid = excluded.discount_gid`,
    [merchantId, rewardId, bucket, discountGid, now],
  );
}
