import { Cache } from '@loyalnest/platform/cache/cache';
import { LastEntries } from '@loyalnest/platform/cache/last-entries';
import { Clock } from '@loyalnest/platform/clock';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { CustomerKey } from '../ledger/posting.repository.ts';
import type { BalanceView } from './balance.repository.ts';

/** `asOf` is there when this was read earlier and may have changed since. */
export type KnownBalance = BalanceView & { asOf?: Date };

/** Nobody learns anything from what he had the day before. */
const lifeMs = 24 * 60 * 60 * 1_000;
/** A balance that stays the same is kept again after this, so that `asOf` is hardly earlier than the last look. */
const keptAgainMs = 5 * 60 * 1_000;

const points = z.number().int();
const keptSchema = z.object({
  pending: points,
  available: points,
  held: points,
  nextExpiry: z.object({ points, atMs: z.number().int() }).nullable(),
  asOfMs: z.number().int(),
});

type Kept = Readonly<z.infer<typeof keptSchema>>;

/** Balances as they were last read, under `points:customer:{<merchant>:<customer>}`. Only for while the database is away. */
@Injectable()
export class KnownBalances {
  /**
   * What this process kept: who looks again and again costs no more than a look into this. By the customer's number alone, which needs
   * no text to be made; two shops' customers of one number would only be kept more often.
   */
  readonly #lately = new LastEntries<number, { merchantId: number; kept: Kept }>(keptAgainMs);

  constructor(
    private readonly cache: Cache,
    private readonly clock: Clock,
  ) {}

  /** Keeps balances that were just read, in the order of the customers. */
  keep(customers: readonly CustomerKey[], balances: readonly BalanceView[]): void {
    const asOfMs = this.clock.now().getTime();
    for (const [index, customer] of customers.entries()) {
      const balance = balances[index];
      if (balance) this.#keepOne(customer, balance, asOfMs);
    }
  }

  async find(customer: CustomerKey): Promise<KnownBalance | undefined> {
    const kept = await this.cache.get(keyOf(customer), keptSchema);
    if (!kept) return undefined;
    const { pending, available, held, nextExpiry, asOfMs } = kept;
    return {
      pending,
      available,
      held,
      nextExpiry: nextExpiry && { points: nextExpiry.points, at: new Date(nextExpiry.atMs) },
      asOf: new Date(asOfMs),
    };
  }

  forget(customer: CustomerKey): void {
    this.#lately.delete(customer.customerId);
    this.cache.forget(keyOf(customer));
  }

  #keepOne(customer: CustomerKey, balance: BalanceView, asOfMs: number): void {
    const { merchantId, customerId } = customer;
    const lately = this.#lately.get(customerId);
    const isTheirs = lately?.merchantId === merchantId && asOfMs - lately.kept.asOfMs < keptAgainMs;
    if (isTheirs && isSame(lately.kept, balance)) return;
    const { pending, available, held, nextExpiry } = balance;
    const kept: Kept = {
      pending,
      available,
      held,
      nextExpiry: nextExpiry && { points: nextExpiry.points, atMs: nextExpiry.at.getTime() },
      asOfMs,
    };
    this.#lately.set(customerId, { merchantId, kept });
    this.cache.put(keyOf(customer), kept, lifeMs);
  }
}

/** In braces is what a cluster places the key by. */
function keyOf({ merchantId, customerId }: CustomerKey): string {
  return `points:customer:{${merchantId}:${customerId}}`;
}

function isSame(kept: Kept, balance: BalanceView): boolean {
  return (
    kept.available === balance.available &&
    kept.pending === balance.pending &&
    kept.held === balance.held &&
    kept.nextExpiry?.points === balance.nextExpiry?.points &&
    kept.nextExpiry?.atMs === balance.nextExpiry?.at.getTime()
  );
}
