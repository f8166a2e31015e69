import { isDead } from '../orders/award.ts';
import { planOrder, type OrderState, type Programme } from '../orders/order-plan.ts';

/** What rules bring over orders that are shown one after the other. */
export class RulesOutcome {
  readonly #programme: Programme;
  readonly #now: Date;
  readonly #customers = new Set<number>();
  #points = 0;

  constructor(programme: Programme, now: Date) {
    this.#programme = programme;
    this.#now = now;
  }

  get points(): number {
    return this.#points;
  }

  /** Customers who earn. */
  get customers(): number {
    return this.#customers.size;
  }

  /** Takes an order that has not earned yet and gives it what it would be due now. */
  add(order: OrderState): void {
    const points = duePoints(order, this.#programme, this.#now);
    if (points === 0 || order.facts.snapshot?.customerId == null) return;
    this.#points += points;
    this.#customers.add(order.facts.snapshot.customerId);
  }
}

function duePoints(order: OrderState, programme: Programme, now: Date): number {
  try {
    return planOrder(order, order.facts, programme, now).state.duePoints;
  } catch (error) {
    // More points than a ledger can hold: such an order would be kept for a person to look at, and earn nothing.
    if (error instanceof RangeError) return 0;
    throw error;
  }
}

/** What an order came to, in minor units of its currency: nothing if it is dead, else its total less what was given back. */
export function revenueMinor({ facts }: Pick<OrderState, 'facts'>): number {
  if (isDead(facts) || !facts.snapshot) return 0;
  const refunded = Object.values(facts.refunds).reduce((sum, refund) => sum + refund.totalMinor, 0);
  return Math.max(0, facts.snapshot.totalMinor - refunded);
}
