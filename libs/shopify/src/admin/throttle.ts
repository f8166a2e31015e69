import { setTimeout as sleep } from 'node:timers/promises';
import { Bucket, type ThrottleStatus } from './bucket.ts';

/** Calls of one shop that may wait for points at a time. More would wait longer than anybody does. */
const queueMax = 64;
/** Before Shopify has told a document's cost: a small query with one page of nested objects. */
const unknownCost = 50;

/** A shop of which more than 80% of the bucket is used is about to wait. */
const tightShare = 0.2;

export type ThrottleUse = { shops: number; tightShops: number; lowestShare: number; waiting: number };

/** A place in the bucket of a shop; it has to be settled. */
export type Turn = { outcome: 'ready'; settle(status: ThrottleStatus | undefined): void };

/** Sends each shop's calls no faster than its bucket restores. One per process: the bucket is per app and shop. */
export class Throttle {
  readonly #buckets = new Map<string, Bucket>();
  readonly #waiting = new Map<string, number>();
  readonly #costs = new Map<string, number>();

  /** Resolves when the bucket should hold the document's cost, or at once if that is later than the caller waits. */
  async take(
    call: { shopDomain: string; documentName: string },
    waitMaxMs: number,
  ): Promise<Turn | { outcome: 'throttled'; retryAfterMs: number }> {
    const { shopDomain } = call;
    const bucket = this.#bucket(shopDomain);
    const cost = this.#costs.get(call.documentName) ?? unknownCost;
    const waitMs = bucket.waitMs(cost, performance.now());
    const waiting = this.#waiting.get(shopDomain) ?? 0;
    if (waitMs > waitMaxMs || (waitMs > 0 && waiting >= queueMax))
      return { outcome: 'throttled', retryAfterMs: waitMs };

    bucket.reserve(cost, performance.now());
    if (waitMs > 0) {
      this.#waiting.set(shopDomain, waiting + 1);
      await sleep(waitMs);
      this.#waiting.set(shopDomain, (this.#waiting.get(shopDomain) ?? 1) - 1);
    }
    return { outcome: 'ready', settle: (status) => bucket.settle(cost, status, performance.now()) };
  }

  /** What Shopify calculated for a document; its next calls reserve as much. */
  recordCost(documentName: string, requestedCost: number): void {
    this.#costs.set(documentName, requestedCost);
  }

  /** How the buckets of all shops are, added up. */
  use(): ThrottleUse {
    const nowMs = performance.now();
    const shares = [...this.#buckets.values()].flatMap((bucket) => bucket.availableShare(nowMs) ?? []);
    return {
      shops: shares.length,
      tightShops: shares.filter((share) => share < tightShare).length,
      lowestShare: shares.reduce((lowest, share) => Math.min(lowest, share), 1),
      waiting: [...this.#waiting.values()].reduce((sum, waiting) => sum + waiting, 0),
    };
  }

  #bucket(shopDomain: string): Bucket {
    const known = this.#buckets.get(shopDomain);
    if (known) return known;
    const bucket = new Bucket();
    this.#buckets.set(shopDomain, bucket);
    return bucket;
  }
}
