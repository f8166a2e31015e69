import { AppError } from '@loyalnest/contracts/errors';

/** Items that may wait; more and Shopify is asked to come back, which it does. */
const waitingMax = 4_096;
/** Shopify hangs up after 5 s; what has waited for this long is not begun any more. */
const waitMaxMs = 4_500;

type Waiting<T> = { item: T; arrivedAtMs: number; resolve: () => void; reject: (error: unknown) => void };

export type CoalescerOptions<T> = {
  batchMax: number;
  /** Does a batch whole or not at all. */
  process: (items: readonly T[]) => Promise<void>;
  /** Whether a failure is nobody's in particular, so that the batch fails as a whole. */
  isShared: (error: unknown) => boolean;
};

/**
 * Puts together what arrives while a batch is under way. Nothing waits for company: a lone item is a batch of one. One bad
 * item does not fail its neighbours: after a failure each is tried alone.
 */
export class Coalescer<T> {
  readonly #options: CoalescerOptions<T>;
  readonly #queue: Waiting<T>[] = [];
  #isRunning = false;

  constructor(options: CoalescerOptions<T>) {
    this.#options = options;
  }

  /** Resolves when the item's batch is done. Throws `AppError` `overloaded` when too much waits. */
  submit(item: T): Promise<void> {
    if (this.#queue.length >= waitingMax) return Promise.reject(overloaded());
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, arrivedAtMs: performance.now(), resolve, reject });
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    // Everything that arrived in this turn of the event loop joins the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, this.#options.batchMax);
      const oldestMs = performance.now() - waitMaxMs;
      for (const late of batch.filter(({ arrivedAtMs }) => arrivedAtMs < oldestMs)) late.reject(overloaded());
      await this.#process(batch.filter(({ arrivedAtMs }) => arrivedAtMs >= oldestMs));
    }
    this.#isRunning = false;
  }

  async #process(batch: readonly Waiting<T>[]): Promise<void> {
    if (batch.length === 0) return;
    try {
      await this.#options.process(batch.map(({ item }) => item));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length === 1 || this.#options.isShared(error)) for (const { reject } of batch) reject(error);
      else for (const one of batch) await this.#process([one]);
    }
  }
}

function overloaded(): AppError {
  return new AppError('overloaded', undefined, { retryAfterSeconds: 5 });
}
