import { seedCustomerCount, seedCustomerId } from './customers.ts';
import { createRandom, type Random } from './random.ts';

/** A row as `POST /control/shops/{shop}/bulk` of the simulator takes it; the columns of order files. */
export type SeedRow = {
  kind: 'order' | 'refund' | 'cancel';
  order_id: string;
  customer_id: string;
  /** RFC 3339, UTC. */
  at: string;
  currency: string;
  /** Of the order, or of this one refund. */
  amount: string;
  quantity: number;
};

export const seedCurrency = 'USD';

const seed = 7_400;
const dayMs = 86_400_000;
const yearDays = 365;
/** A customer's orders in a year: a few come often, most come rarely. Gamma with this shape and mean. */
const ordersShape = 0.8;
const ordersMean = 6;
const ordersMax = 40;
/** Minor units; the spread is that of the logarithm. */
const typicalAmountMinor = 4_200;
const amountSpread = 0.6;
const refundShare = 0.06;
const fullRefundShare = 0.5;
const cancelShare = 0.02;
const decidedWithinDays = 21;

/**
 * A year of orders that ends at `until`, in order of time: repeat customers, some of whom stop coming, refunds in full
 * and in part, and cancellations. The same `until` gives the same rows.
 */
export function seedOrders(until: Date): SeedRow[] {
  const random = createRandom(seed);
  const untilMs = until.getTime();
  const orders = Array.from({ length: seedCustomerCount }, (_, index) =>
    ordersOf(seedCustomerId(index), { random, untilMs }),
  );
  const inTime = orders.flat().sort((a, b) => a.atMs - b.atMs);
  return inTime
    .flatMap((order, index) => rowsOf(order, { orderId: `demo-${index + 1}`, random, untilMs }))
    .sort((a, b) => a.at.localeCompare(b.at));
}

type Purchase = { customerId: string; atMs: number; amountMinor: number; quantity: number };

function ordersOf(customerId: string, { random, untilMs }: { random: Random; untilMs: number }): Purchase[] {
  const joinedDay = random.below(yearDays - 14);
  // A third stops coming at some point, as customers do.
  const leftDay = random.fraction() < 1 / 3 ? joinedDay + random.below(yearDays - joinedDay) : yearDays;
  const expected = (gamma(random, ordersShape) / ordersShape) * ordersMean * ((leftDay - joinedDay) / yearDays);
  const count = Math.min(1 + Math.round(expected), ordersMax);
  const usualMinor = typicalAmountMinor * Math.exp(amountSpread * random.normal());
  return Array.from({ length: count }, (_, index) => {
    const day = index === 0 ? joinedDay : joinedDay + random.fraction() * (leftDay - joinedDay);
    const quantity = 1 + random.below(4);
    return {
      customerId,
      atMs: Math.floor((untilMs - (yearDays - day) * dayMs + random.below(dayMs / 2)) / 1_000) * 1_000,
      amountMinor: Math.max(100, Math.round(usualMinor * Math.exp(0.4 * random.normal()))),
      quantity,
    };
  }).filter(({ atMs }) => atMs < untilMs);
}

function rowsOf(order: Purchase, options: { orderId: string; random: Random; untilMs: number }): SeedRow[] {
  const { orderId, random, untilMs } = options;
  const { customerId, atMs, amountMinor, quantity } = order;
  const row = (kind: SeedRow['kind'], facts: { atMs: number; amountMinor: number; quantity: number }): SeedRow => ({
    kind,
    order_id: orderId,
    customer_id: customerId,
    at: new Date(facts.atMs).toISOString(),
    currency: seedCurrency,
    amount: (facts.amountMinor / 100).toFixed(2),
    quantity: facts.quantity,
  });
  const placed = row('order', { atMs, amountMinor, quantity });
  const decidedMs = atMs + (1 + random.below(decidedWithinDays * 24)) * 3_600_000;
  const fate = random.fraction();
  if (decidedMs >= untilMs || fate >= refundShare + cancelShare) return [placed];
  if (fate < cancelShare) return [placed, row('cancel', { atMs: decidedMs, amountMinor: 0, quantity: 0 })];
  const isFull = random.fraction() < fullRefundShare;
  const refundedMinor = isFull ? amountMinor : Math.max(1, Math.floor((amountMinor * (1 + random.below(3))) / 4));
  return [placed, row('refund', { atMs: decidedMs, amountMinor: refundedMinor, quantity: isFull ? quantity : 1 })];
}

/** Gamma-distributed with mean `shape` (Marsaglia and Tsang 2000, with their step for shapes below 1). */
function gamma(random: Random, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * (1 - random.fraction()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = random.normal();
    const v = (1 + c * normal) ** 3;
    if (v > 0 && Math.log(1 - random.fraction()) < normal ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}
