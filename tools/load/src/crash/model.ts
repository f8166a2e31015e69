/** What has been told of an order. Amounts in cents; one article, so that what is due can be seen at a glance. */
export type Order = {
  orderId: number;
  shopDomain: string;
  customerId: number;
  priceMinor: number;
  quantity: number;
  /** The code of a reward that it used, and what that took off. */
  code: string | null;
  discountMinor: number;
  placedAt: Date;
  /** Refunds of one piece each that were told, by their ids. */
  refundIds: number[];
  isCancelled: boolean;
};

/** One point per whole unit of what is left, under the rule that a new shop starts with. */
export function duePoints(order: Order): number {
  const left = order.quantity - order.refundIds.length;
  if (order.isCancelled || left <= 0) return 0;
  return Math.floor((order.priceMinor * left - order.discountMinor) / 100);
}

export type Fact =
  | { kind: 'order'; order: Order }
  | { kind: 'refund'; order: Order; refundId: number }
  | { kind: 'cancellation'; order: Order };

/** A webhook. It is told again, with the same id and body, until it is answered 200; sometimes once more after that. */
export type Delivery = { webhookId: string; topic: string; shopDomain: string; body: string; fact: Fact };

/** A shopper's request for a reward. It is made again under the same key until it is known how it ended. */
export type Redemption = {
  key: string;
  shopDomain: string;
  customerId: number;
  rewardId: number;
};

/** A reward that a shopper was told to have. Without a code while Shopify could not be asked for one. */
export type Taken = { shopDomain: string; redemptionId: number; code: string | null };

export type Send = { kind: 'delivery'; delivery: Delivery } | { kind: 'redemption'; redemption: Redemption };
