import type { Count, Limit, LimitKey, RateLimiter } from './rate-limits.ts';

type Counts = Map<string | number, number>;
type Window = { endMs: number; counts: Counts; customers: Map<number, Counts> };

/**
 * Counts in this process. All keys of a limit share their windows, which are thrown away whole: a timer for each caller would
 * cost more than counting does. Customers are found by numbers, in the counts of their shop: a text would have to be made for each
 * request, and V8 enters each that a map is asked for into its table of all texts.
 */
export class MemoryRateLimiter implements RateLimiter {
  readonly #windows = new Map<string, Window>();

  count({ name, max, windowMs }: Limit, key: LimitKey): Count {
    const nowMs = performance.now();
    let window = this.#windows.get(name);
    if (!window || nowMs >= window.endMs) {
      window = { endMs: nowMs + windowMs, counts: new Map(), customers: new Map() };
      this.#windows.set(name, window);
    }
    const count =
      typeof key === 'object' ? addTo(countsOf(window, key.merchantId), key.customerId) : addTo(window.counts, key);
    return { remaining: max - count, resetMs: window.endMs - nowMs };
  }
}

function countsOf({ customers }: Window, merchantId: number): Counts {
  let counts = customers.get(merchantId);
  if (!counts) customers.set(merchantId, (counts = new Map()));
  return counts;
}

function addTo(counts: Counts, key: string | number): number {
  const count = (counts.get(key) ?? 0) + 1;
  counts.set(key, count);
  return count;
}
