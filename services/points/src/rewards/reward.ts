import type { RewardInput } from '@loyalnest/contracts/rest/points';

/** What a merchant offers for points. `revision` rises with every change that Shopify's discount has to follow. */
export type Reward = RewardInput & { merchantId: number; rewardId: number; revision: number };

const dayMs = 24 * 60 * 60 * 1_000;

/** When a code taken now gives its points back if unused. */
export function redemptionExpiry(reward: Pick<Reward, 'validDays'>, now: Date): Date | null {
  return reward.validDays === null ? null : new Date(now.getTime() + reward.validDays * dayMs);
}

/**
 * Which of the reward's discounts at Shopify carries a code: one per revision, because a code keeps the terms it was taken
 * under, and per week of expiry, because Shopify dates the discount and not its codes.
 */
export function discountBucket(reward: Pick<Reward, 'revision'>, expiresAt: Date | null): string {
  return expiresAt === null
    ? `r${reward.revision}`
    : `r${reward.revision}/${bucketEnd(expiresAt).toISOString().slice(0, 10)}`;
}

/** The Monday 00:00 UTC at or after `expiresAt`: when the bucket's discount ends at Shopify. */
export function bucketEnd(expiresAt: Date): Date {
  const end = new Date(Date.UTC(expiresAt.getUTCFullYear(), expiresAt.getUTCMonth(), expiresAt.getUTCDate()));
  if (end < expiresAt) end.setUTCDate(end.getUTCDate() + 1);
  while (end.getUTCDay() !== 1) end.setUTCDate(end.getUTCDate() + 1);
  return end;
}

/** Letters and digits that cannot be mistaken for each other. */
const codeAlphabet = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
const codeLength = 12;

/** A code nobody can guess: 12 of 30 signs, 58 bits. `randomBytes` must be uniform; bytes that would bias are skipped. */
export function redemptionCode(prefix: string, randomBytes: (count: number) => Uint8Array): string {
  const limit = 256 - (256 % codeAlphabet.length);
  let code = '';
  while (code.length < codeLength) {
    for (const byte of randomBytes(codeLength * 2)) {
      if (byte < limit && code.length < codeLength) code += codeAlphabet[byte % codeAlphabet.length];
    }
  }
  return `${prefix}-${code}`;
}
