import fc from 'fast-check';
import type { OrderFacts, OrderLine, OrderSnapshot, Refund } from '../src/orders/order-snapshot.ts';
import { noFacts } from '../src/orders/order-snapshot.ts';
import { aLine, aRefund, aSnapshot } from './orders.ts';

/** What happens to an order at Shopify, one after the other. `waitS` 0: within the same second as what came before. */
type Happening = { waitS: number } & (
  | { kind: 'paid' }
  | { kind: 'refund'; lineIndex: number; quantity: number; announced: boolean }
  | { kind: 'goodwill'; minor: number; announced: boolean }
  | { kind: 'removed'; lineIndex: number }
  | { kind: 'added'; priceMinor: number }
  | { kind: 'increased'; lineIndex: number }
  | { kind: 'fulfilled' }
  | { kind: 'cancelled' }
);

const waitS = fc.constantFrom(0, 0, 1, 3_600);
const lineIndex = fc.nat(3);
const announced = fc.boolean();

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('paid' as const), waitS }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('refund' as const),
      waitS,
      lineIndex,
      quantity: fc.integer({ min: 1, max: 3 }),
      announced,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('goodwill' as const),
      waitS,
      minor: fc.integer({ min: 1, max: 900 }),
      announced,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('removed' as const), waitS, lineIndex }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('added' as const),
      waitS,
      priceMinor: fc.integer({ min: 1, max: 9_999 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('increased' as const), waitS, lineIndex }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fulfilled' as const), waitS }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancelled' as const), waitS }) },
);

const firstLines = fc.array(
  fc.record({
    priceMinor: fc.integer({ min: 0, max: 9_999 }),
    quantity: fc.integer({ min: 1, max: 4 }),
    discountMinor: fc.nat(300),
  }),
  { minLength: 1, maxLength: 4 },
);

/** The life of one order: what Shopify would send about it, in the order it happened. */
export const anOrderLife: fc.Arbitrary<OrderFacts[]> = fc
  .record({ lines: firstLines, happenings: fc.array(happening, { maxLength: 8 }) })
  .map(({ lines, happenings }) => {
    const order = new LivingOrder(
      lines.map((line, index) => aLine({ ...line, id: index + 1, currentQuantity: line.quantity })),
    );
    for (const entry of happenings) order.live(entry);
    return order.messages;
  });

/** Messages of one life as a careless network delivers them: in any order, some of them twice or three times. */
export function anyDelivery(messages: readonly OrderFacts[]): fc.Arbitrary<OrderFacts[]> {
  const indexes = messages.map((_, index) => index);
  return fc
    .tuple(
      fc.shuffledSubarray(indexes, { minLength: indexes.length }),
      fc.array(fc.record({ which: fc.nat(indexes.length - 1), at: fc.nat(20) }), { maxLength: 6 }),
    )
    .map(([order, again]) => {
      const delivered = [...order];
      for (const { which, at } of again) delivered.splice(at % (delivered.length + 1), 0, which);
      return delivered.map((index) => messages[index]!);
    });
}

class LivingOrder {
  readonly messages: OrderFacts[] = [];
  #clockS = Date.parse('2026-03-01T10:00:00Z') / 1_000;
  #snapshot: OrderSnapshot;
  #refunds: Record<string, Refund> = {};

  constructor(lines: OrderLine[]) {
    const totalMinor = lines.reduce((sum, line) => sum + line.priceMinor * line.quantity - line.discountMinor, 0);
    this.#snapshot = aSnapshot({ lines, financialStatus: 'pending', totalMinor: Math.max(0, totalMinor) });
    this.#send();
  }

  live(entry: Happening): void {
    if (this.#snapshot.cancelledAt) return;
    this.#clockS += entry.waitS;
    this.#happen(entry);
    this.#send();
  }

  #happen(entry: Happening): void {
    switch (entry.kind) {
      case 'paid':
        if (this.#snapshot.financialStatus === 'pending') this.#change({ financialStatus: 'paid' });
        return;
      case 'refund':
        return this.#refund(entry);
      case 'goodwill':
        return this.#giveBack(aRefund({ id: this.#nextRefundId, totalMinor: entry.minor }), entry.announced);
      case 'removed':
        return this.#takeFrom(this.#lineAt(entry.lineIndex), 1);
      case 'added': {
        const id = this.#snapshot.lines.length + 1;
        return this.#change({ lines: [...this.#snapshot.lines, aLine({ id, priceMinor: entry.priceMinor })] });
      }
      case 'increased': {
        const line = this.#lineAt(entry.lineIndex);
        return this.#replace({ ...line, quantity: line.quantity + 1, currentQuantity: line.currentQuantity + 1 });
      }
      case 'fulfilled':
        return this.#change({ isFulfilled: true });
      case 'cancelled':
        return this.#change({ cancelledAt: this.#now });
    }
  }

  #refund({ lineIndex, quantity, announced }: Extract<Happening, { kind: 'refund' }>): void {
    const line = this.#lineAt(lineIndex);
    const taken = Math.min(quantity, line.currentQuantity);
    if (taken === 0) return;
    const subtotalMinor = Math.max(
      0,
      Math.floor(((line.priceMinor * line.quantity - line.discountMinor) * taken) / line.quantity),
    );
    const lines = [{ lineId: line.id, quantity: taken, subtotalMinor, taxMinor: 0 }];
    this.#takeFrom(line, taken);
    this.#giveBack(aRefund({ id: this.#nextRefundId, lines, totalMinor: subtotalMinor }), announced);
  }

  #giveBack(refund: Refund, announced: boolean): void {
    this.#refunds = { ...this.#refunds, [refund.id]: refund };
    if (this.#snapshot.financialStatus === 'paid') this.#change({ financialStatus: 'partially_refunded' });
    if (announced) this.messages.push({ ...noFacts, refunds: { [refund.id]: refund } });
  }

  #takeFrom(line: OrderLine, quantity: number): void {
    this.#replace({ ...line, currentQuantity: Math.max(0, line.currentQuantity - quantity) });
  }

  #replace(line: OrderLine): void {
    this.#change({ lines: this.#snapshot.lines.map((other) => (other.id === line.id ? line : other)) });
  }

  #lineAt(index: number): OrderLine {
    return this.#snapshot.lines[index % this.#snapshot.lines.length]!;
  }

  get #nextRefundId(): number {
    return Object.keys(this.#refunds).length + 1;
  }

  get #now(): string {
    return new Date(this.#clockS * 1_000).toISOString();
  }

  #change(change: Partial<OrderSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
  }

  #send(): void {
    this.#change({ updatedAt: this.#now });
    this.messages.push({ snapshot: this.#snapshot, refunds: this.#refunds, cancelledAt: this.#snapshot.cancelledAt });
  }
}
