import { Bucket } from '../../src/admin/bucket.ts';
import { describe, expect, it } from 'vitest';

const standard = { maximumAvailable: 2_000, restoreRate: 100 };

/** A bucket of which Shopify said at 0 ms that it holds so much. */
function aBucket(currentlyAvailable: number): Bucket {
  const bucket = new Bucket();
  bucket.reserve(10, 0);
  bucket.settle(10, { ...standard, currentlyAvailable }, 0);
  return bucket;
}

describe('a bucket', () => {
  it('lets everything through before Shopify has said anything', () => {
    const bucket = new Bucket();
    for (let call = 0; call < 5; call += 1) {
      expect(bucket.waitMs(1_000, 0)).toBe(0);
      bucket.reserve(1_000, 0);
    }
  });

  it.each([
    { available: 500, cost: 500, nowMs: 0, waitMs: 0 },
    { available: 500, cost: 501, nowMs: 0, waitMs: 10 },
    { available: 0, cost: 100, nowMs: 0, waitMs: 1_000 },
    { available: 0, cost: 100, nowMs: 600, waitMs: 400 },
    { available: 0, cost: 100, nowMs: 1_000, waitMs: 0 },
    { available: 1_990, cost: 2_000, nowMs: 60_000, waitMs: 0 },
    { available: 2_000, cost: 2_500, nowMs: 0, waitMs: 0 },
  ])('of $available points has a call of $cost wait $waitMs ms at $nowMs ms', ({ available, cost, nowMs, waitMs }) => {
    expect(aBucket(available).waitMs(cost, nowMs)).toBe(waitMs);
  });

  it('puts calls that wait behind each other', () => {
    const bucket = aBucket(100);
    const waits = [1, 2, 3].map(() => {
      const waitMs = bucket.waitMs(100, 0);
      bucket.reserve(100, 0);
      return waitMs;
    });
    expect(waits).toEqual([0, 1_000, 2_000]);
  });

  it('believes Shopify, less what others have reserved', () => {
    const bucket = aBucket(1_000);
    bucket.reserve(300, 0);
    bucket.reserve(200, 0);
    bucket.settle(300, { ...standard, currentlyAvailable: 950 }, 0);
    expect(bucket.waitMs(750, 0)).toBe(0);
    expect(bucket.waitMs(751, 0)).toBe(10);
  });

  it('counts what was sent without an answer as spent', () => {
    const bucket = aBucket(1_000);
    bucket.reserve(900, 0);
    bucket.settle(900, undefined, 0);
    expect(bucket.waitMs(200, 0)).toBe(1_000);
  });

  it('follows a shop to another plan', () => {
    const bucket = aBucket(0);
    bucket.reserve(10, 0);
    bucket.settle(10, { maximumAvailable: 20_000, restoreRate: 1_000, currentlyAvailable: 0 }, 0);
    expect(bucket.waitMs(1_000, 0)).toBe(1_000);
  });
});
