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
  /** Whether the order was ever seen without a customer. */
  wasGuest: boolean;
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
 * Joins what was known with what arrived. Facts joined in any order, any grouping, and more than once, are the same facts:
 * the newer snapshot wins, refunds are joined by their id, a cancellation stays. Shopify's clock has one-second steps, so
 * two different snapshots may carry the same time; between those, whatever can only grow has grown.
 */
export function joinFacts(known: OrderFacts, arrived: OrderFacts): OrderFacts {
  return {
    snapshot: joinSnapshots(known.snapshot, arrived.snapshot),
    refunds: joinRefunds(known.refunds, arrived.refunds),
    cancelledAt: earlier(known.cancelledAt, arrived.cancelledAt),
  };
}

export function isSameFacts(a: OrderFacts, b: OrderFacts): boolean {
  return (
    a.cancelledAt === b.cancelledAt &&
    isDeepStrictEqual(a.refunds, b.refunds) &&
    isDeepStrictEqual(a.snapshot, b.snapshot)
  );
}

function joinRefunds(known: Refunds, arrived: Refunds): Refunds {
  const joined: Record<string, Refund> = { ...known };
  for (const [id, refund] of Object.entries(arrived)) {
    const other = joined[id];
    joined[id] = other ? larger(other, refund, refundOrder) : refund;
  }
  return joined;
}

/** A refund whose payment was still under way and one that says what was paid are the same refund; it gives back the more. */
function refundOrder(refund: Refund): Order {
  const { totalMinor, shippingMinor, lines } = refund;
  return [
    totalMinor,
    shippingMinor,
    ...lines.flatMap((line) => [line.lineId, line.quantity, line.subtotalMinor, line.taxMinor]),
  ];
}

function joinSnapshots(a: OrderSnapshot | null, b: OrderSnapshot | null): OrderSnapshot | null {
  if (!a || !b) return a ?? b;
  const [left, right] = [Date.parse(a.updatedAt), Date.parse(b.updatedAt)];
  const joined = left === right ? joinSameSecond(a, b) : left > right ? a : b;
  const giftCardMinor = largest(a.giftCardMinor, b.giftCardMinor);
  const wasGuest = a.wasGuest || b.wasGuest;
  const isJoined = joined.giftCardMinor === giftCardMinor && joined.wasGuest === wasGuest;
  return isJoined ? joined : { ...joined, giftCardMinor, wasGuest };
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

/** What is not named here is settled at the checkout and the same in both. */
function joinSameSecond(a: OrderSnapshot, b: OrderSnapshot): OrderSnapshot {
  return {
    ...a,
    customerId: largest(a.customerId, b.customerId),
    isTest: a.isTest || b.isTest,
    financialStatus: larger(a.financialStatus, b.financialStatus, (status) => [paymentRank.indexOf(status), status]),
    isFulfilled: a.isFulfilled || b.isFulfilled,
    cancelledAt: earlier(a.cancelledAt, b.cancelledAt),
    totalMinor: Math.max(a.totalMinor, b.totalMinor),
    shippingMinor: Math.max(a.shippingMinor, b.shippingMinor),
    shippingTaxMinor: Math.max(a.shippingTaxMinor, b.shippingTaxMinor),
    lines: joinLines(a.lines, b.lines),
    codes: [...new Set([...a.codes, ...b.codes])],
    gateways: [...new Set([...a.gateways, ...b.gateways])],
  };
}

/** Between two states of a line in one second, the one from which more was taken away is the later. */
function joinLines(a: readonly OrderLine[], b: readonly OrderLine[]): OrderLine[] {
  const lines = new Map(a.map((line) => [line.id, line]));
  for (const line of b) {
    const other = lines.get(line.id);
    lines.set(line.id, other ? larger(other, line, lineOrder) : line);
  }
  return [...lines.values()].sort((x, y) => x.id - y.id);
}

function lineOrder(line: OrderLine): Order {
  return [line.quantity - line.currentQuantity, line.quantity, line.discountMinor, line.priceMinor, line.taxMinor];
}

/** Compared place by place: a total order, so that the larger of several is the same whoever is asked first. */
type Order = readonly (number | string)[];

function larger<T>(a: T, b: T, orderOf: (value: T) => Order): T {
  const [left, right] = [orderOf(a), orderOf(b)];
  for (let place = 0; place < Math.max(left.length, right.length); place += 1) {
    const [x, y] = [left[place] ?? -Infinity, right[place] ?? -Infinity];
    if (x !== y) return x > y ? a : b;
  }
  return a;
}

function largest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

/** Of two ISO times in UTC. */
function earlier(a: string | null, b: string | null): string | null {
  return a === null || b === null ? (a ?? b) : a < b ? a : b;
}
