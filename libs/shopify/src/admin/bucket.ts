/** What Shopify says of the bucket with every answer: points, and points per second. */
export type ThrottleStatus = { maximumAvailable: number; currentlyAvailable: number; restoreRate: number };

/**
 * Our book of one shop's leaky bucket. Calls reserve their cost in turn, so what is available may be below zero: then the
 * next call's place in the queue is that much restoring away. Before Shopify's first answer nothing is known, and nothing
 * waits.
 */
export class Bucket {
  #status: ThrottleStatus | undefined;
  /** Available now, less what is reserved. */
  #free = 0;
  #atMs = 0;
  #reserved = 0;

  /** Milliseconds until the bucket holds so much more than is reserved; 0 if it does now. */
  waitMs(cost: number, nowMs: number): number {
    if (!this.#status) return 0;
    this.#restore(this.#status, nowMs);
    const { maximumAvailable, restoreRate } = this.#status;
    // What no bucket can hold is Shopify's to refuse.
    const missing = Math.min(cost, maximumAvailable) - this.#free;
    return missing <= 0 ? 0 : Math.ceil((missing / restoreRate) * 1_000);
  }

  /** What is left for the next call, as a share of the whole; `undefined` before Shopify's first answer. */
  availableShare(nowMs: number): number | undefined {
    if (!this.#status) return undefined;
    this.#restore(this.#status, nowMs);
    return Math.max(0, this.#free) / this.#status.maximumAvailable;
  }

  reserve(cost: number, nowMs: number): void {
    if (this.#status) this.#restore(this.#status, nowMs);
    this.#free -= cost;
    this.#reserved += cost;
  }

  /** Ends a reservation. Without a status Shopify's answer did not say; the points count as spent. */
  settle(cost: number, status: ThrottleStatus | undefined, nowMs: number): void {
    this.#reserved -= cost;
    if (!status) return;
    this.#status = status;
    this.#atMs = nowMs;
    // Others' reservations may or may not be in Shopify's figure yet; counting them twice for a moment is the safe side.
    this.#free = status.currentlyAvailable - this.#reserved;
  }

  #restore({ maximumAvailable, restoreRate }: ThrottleStatus, nowMs: number): void {
    const restored = (Math.max(0, nowMs - this.#atMs) / 1_000) * restoreRate;
    this.#free = Math.min(maximumAvailable, this.#free + restored);
    this.#atMs = nowMs;
  }
}
