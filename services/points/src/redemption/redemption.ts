import type { LotShare } from '../ledger/transfer.ts';

/**
 * `held`: points set aside, code not yet at Shopify. `active`: the code works. `captured`: an order used it.
 * `releasing`: the code is being taken back at Shopify. `released`: points given back. `failed`: no code could be made.
 */
export type RedemptionStatus = 'held' | 'active' | 'captured' | 'releasing' | 'released' | 'failed';

/** A reward somebody took: points held for a discount code, until an order uses it or it comes back. */
export type Redemption = {
  merchantId: number;
  redemptionId: number;
  customerId: number;
  rewardId: number;
  points: number;
  /** Upper case, as Shopify compares codes without regard to case. */
  code: string;
  /** Which of the reward's discounts at Shopify carries the code. */
  bucket: string;
  status: RedemptionStatus;
  /** Which lots the hold took its points from. */
  shares: readonly LotShare[];
  holdTransferId: number;
  orderId: number | null;
  captureTransferId: number | null;
  /** Points given back so far because the order was refunded. */
  restoredPoints: number;
  createdAt: Date;
  expiresAt: Date | null;
};
