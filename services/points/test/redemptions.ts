import type { Database } from '@loyalnest/platform/database/database';
import type { Ledger } from '../src/ledger/ledger.service.ts';

type Taken = {
  merchantId: number;
  customerId: number;
  redemptionId: number;
  points: number;
  code: string;
  now: Date;
};

/** A reward that a customer took: points held, code at work. */
export async function takeReward(database: Database, ledger: Ledger, taken: Taken): Promise<void> {
  const { merchantId, customerId, redemptionId, points, code, now } = taken;
  await database.forMerchant(merchantId, async (tx) => {
    const businessKey = `redemption/${redemptionId}/hold`;
    const [held] = await ledger.post(
      tx,
      merchantId,
      [{ kind: 'hold', customerId, points, redemptionId, businessKey, actor: 'customer' }],
      now,
    );
    if (held?.outcome !== 'posted') throw new Error('too few points');
    await tx.query(
      `insert into reward_redemptions (merchant_id, redemption_id, customer_id, reward_id, points, code, bucket, status,
         shares, hold_transfer_id, created_at, request_key)
       overriding system value
       select $1, $2, $3, reward_id, $4, $5, 'x', 'active', $6, $7, $8, $5
       from rewards where merchant_id = $1 limit 1`,
      [
        merchantId,
        redemptionId,
        customerId,
        points,
        code,
        JSON.stringify(held.transfer.lots),
        held.transfer.transferId,
        now,
      ],
    );
  });
}
