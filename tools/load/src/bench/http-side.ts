import type { Bed } from '../bed/bed.ts';
import { waitUntilDelivered } from '../bed/outbox.ts';
import { countPosted } from '../bed/posted.ts';
import type { Generator } from '../http/generator.ts';
import type { Load, LoadResult } from '../http/load.ts';
import type { Workload } from '../orders/population.ts';

/** Enough to fill batches while others are under way. */
const connections = 128;
export const warmUpMs = 1_000;
export const openRatePerSecond = 1_000;
/** Numbers from here on are orders that came through HTTP; pgbench stays below. */
const firstOrderId = 6_000_000_000_000;

/** The product as Shopify and shoppers reach it. */
export class HttpSide {
  readonly #bed: Bed;
  readonly #generator: Generator;
  readonly #seconds: number;
  #nextOrderId = firstOrderId;
  #acknowledged = 0;
  #seed = 0;

  constructor(options: { bed: Bed; generator: Generator; seconds: number }) {
    this.#bed = options.bed;
    this.#generator = options.generator;
    this.#seconds = options.seconds;
  }

  /** Lets the compiler see the code and the caches see the shops. */
  async warmUp(): Promise<void> {
    await this.orders('spread');
    await this.balances();
  }

  orders(workload: Workload): Promise<LoadResult> {
    return this.#run({ workload, of: { kind: 'orders', firstOrderId: this.#nextOrderId } });
  }

  ordersAtRate(): Promise<LoadResult> {
    const of = { kind: 'orders', firstOrderId: this.#nextOrderId } as const;
    return this.#run({ workload: 'spread', of, ratePerSecond: openRatePerSecond });
  }

  balances(): Promise<LoadResult> {
    return this.#run({ workload: 'spread', of: { kind: 'balances' } });
  }

  /** Orders that were answered 200, and orders that the ledger holds points of. */
  async count(): Promise<{ acknowledged: number; posted: number }> {
    return { acknowledged: this.#acknowledged, posted: await countPosted(this.#bed.ownerUrl, firstOrderId) };
  }

  async #run(load: Pick<Load, 'workload' | 'of' | 'ratePerSecond'>): Promise<LoadResult> {
    this.#seed += 1;
    const result = await this.#generator.run({
      ...load,
      port: this.#bed.instance.ports.server,
      secret: this.#bed.secrets.shopifyClientSecret,
      seed: this.#seed,
      connections,
      warmUpMs,
      measureMs: this.#seconds * 1_000,
    });
    const refusals = Object.entries(result.refused).map(([status, count]) => `${count} times ${status}`);
    if (refusals.length > 0) throw new Error(`the server refused: ${refusals.join(', ')}`);
    if (load.of.kind === 'orders') {
      this.#nextOrderId = result.nextOrderId;
      this.#acknowledged += result.acknowledged;
    }
    // What an order leaves to be done later belongs to it, not to whoever is measured next.
    await waitUntilDelivered(this.#bed.ownerUrl);
    return result;
  }
}
