import type { Bed } from '../bed/bed.ts';
import { countPosted } from '../bed/posted.ts';
import type { Generator } from '../http/generator.ts';
import type { LoadResult } from '../http/load.ts';

/** Enough to fill batches while others are under way. */
const connections = 128;
const warmUpMs = 1_000;
const firstOrderId = 6_000_000_000_000;

/** The webhook door of one of the shapes: whatever listens on the bed's port, the server itself or nginx. */
export class Door {
  readonly #bed: Bed;
  readonly #generator: Generator;
  #nextOrderId = firstOrderId;
  #acknowledged = 0;
  #seed = 0;

  constructor(bed: Bed, generator: Generator) {
    this.#bed = bed;
    this.#generator = generator;
  }

  /** Signed orders of all customers for so long: as many as go through, or `ratePerSecond`. Throws when one is refused. */
  async sell({ seconds, ratePerSecond }: { seconds: number; ratePerSecond?: number }): Promise<LoadResult> {
    this.#seed += 1;
    const result = await this.#generator.run({
      workload: 'spread',
      of: { kind: 'orders', firstOrderId: this.#nextOrderId },
      port: this.#bed.instance.ports.server,
      secret: this.#bed.secrets.shopifyClientSecret,
      seed: this.#seed,
      connections,
      warmUpMs,
      measureMs: seconds * 1_000,
      ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
    });
    const refusals = Object.entries(result.refused).map(([status, count]) => `${count} times ${status}`);
    if (refusals.length > 0) throw new Error(`orders were refused: ${refusals.join(', ')}`);
    this.#nextOrderId = result.nextOrderId;
    this.#acknowledged += result.acknowledged;
    return result;
  }

  /** Orders that come from elsewhere take their numbers from here, `count` of them. */
  takeOrderIds(count: number): number {
    const first = this.#nextOrderId;
    this.#nextOrderId += count;
    return first;
  }

  acknowledgedElsewhere(count: number): void {
    this.#acknowledged += count;
  }

  /** Orders that were answered 200, and orders that the ledger holds points of. */
  async count(): Promise<{ acknowledged: number; posted: number }> {
    return { acknowledged: this.#acknowledged, posted: await countPosted(this.#bed.ownerUrl, firstOrderId) };
  }
}
