import { isDeepStrictEqual } from 'node:util';

/** One line of an order, in minor units of the order's currency. */
export type OrderLine = {
  id: number;
  productId: number | null;
  quantity: number;
  /** Quantity after edits and returns. */
  currentQuantity: number;
  /** Price of one piece before discounts. */
  priceMinor: number;
  /** Everything that discounts took off the whole line. */
  discountMinor: number;
  taxMinor: number;
  isGiftCard: boolean;
};

/** What the ledger needs to know of a Shopify order. No personal data. */
export type OrderSnapshot = {
  name: string;
  createdAt: string;
  updatedAt: string;
  customerId: number | null;
  currency: string;
  isTest: boolean;
  financialStatus: string;
  isFulfilled: boolean;
  cancelledAt: string | null;
  taxesIncluded: boolean;
  totalMinor: number;
  lines: OrderLine[];
  shippingMinor: number;
  shippingTaxMinor: number;
  /** Discount codes used at checkout, upper case. */
  codes: string[];
  gateways: string[];
  /** What gift cards paid, once it is known: webhooks name the gateway but not its amount. */
  giftCardMinor: number | null;
};

export type RefundLine = { lineId: number; quantity: number; subtotalMinor: number; taxMinor: number };

/** One refund; a fact that never changes, known by its id. */
export type Refund = { id: number; lines: RefundLine[]; shippingMinor: number; totalMinor: number };

export type Refunds = Readonly<Record<string, Refund>>;

/** Everything known of an order: its newest snapshot, and the facts that only accumulate. */
export type OrderFacts = {
  snapshot: OrderSnapshot | null;
  refunds: Refunds;
  cancelledAt: string | null;
};

export const noFacts: OrderFacts = { snapshot: null, refunds: {}, cancelledAt: null };

/**
 * Joins what was known with what arrived, in whatever order they arrive: the newer snapshot wins, refunds are joined by
 * their id, a cancellation stays. Shopify's clock has one-second steps, so two different snapshots may carry the same
 * time; between those, what can only grow decides.
 */
export function joinFacts(known: OrderFacts, arrived: OrderFacts): OrderFacts {
  return {
    snapshot: newerSnapshot(known.snapshot, arrived.snapshot),
    refunds: { ...known.refunds, ...arrived.refunds },
    cancelledAt: known.cancelledAt ?? arrived.cancelledAt,
  };
}

export function isSameFacts(a: OrderFacts, b: OrderFacts): boolean {
  return (
    a.cancelledAt === b.cancelledAt &&
    Object.keys(a.refunds).length === Object.keys(b.refunds).length &&
    isDeepStrictEqual(a.snapshot, b.snapshot)
  );
}

function newerSnapshot(a: OrderSnapshot | null, b: OrderSnapshot | null): OrderSnapshot | null {
  if (!a || !b) return a ?? b;
  const [left, right] = [Date.parse(a.updatedAt), Date.parse(b.updatedAt)];
  if (left !== right) return keepGiftCard(left > right ? a : b, left > right ? b : a);
  return sameSecond(a, b);
}

function keepGiftCard(newer: OrderSnapshot, older: OrderSnapshot): OrderSnapshot {
  if (newer.giftCardMinor !== null || older.giftCardMinor === null) return newer;
  return { ...newer, giftCardMinor: older.giftCardMinor };
}

/** The order in which a payment proceeds; a later status wins within one second. */
const paymentRank = [
  'expired',
  'pending',
  'authorized',
  'partially_paid',
  'paid',
  'partially_refunded',
  'refunded',
  'voided',
];

function sameSecond(a: OrderSnapshot, b: OrderSnapshot): OrderSnapshot {
  const later = rank(b) > rank(a) || (rank(b) === rank(a) && removed(b) > removed(a)) ? b : a;
  const lines = new Map(later.lines.map((line) => [line.id, line]));
  for (const line of later === a ? b.lines : a.lines) {
    const kept = lines.get(line.id);
    if (!kept || kept.currentQuantity > line.currentQuantity) lines.set(line.id, line);
  }
  return {
    ...later,
    customerId: later.customerId ?? a.customerId ?? b.customerId,
    isFulfilled: a.isFulfilled || b.isFulfilled,
    giftCardMinor: a.giftCardMinor ?? b.giftCardMinor,
    lines: [...lines.values()].sort((x, y) => x.id - y.id),
  };
}

function rank(snapshot: OrderSnapshot): number {
  return paymentRank.indexOf(snapshot.financialStatus);
}

function removed(snapshot: OrderSnapshot): number {
  return snapshot.lines.reduce((sum, line) => sum + line.quantity - line.currentQuantity, 0);
}
