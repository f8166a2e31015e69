/** The first bucket ends here; each of the others is a fifth longer than the one before. */
const firstSeconds = 0.1;
const growth = 1.2;
/** Twelve days; Shopify gives up after four hours. */
export const bucketMax = 90;

/** The bucket that counts a delivery which took so long. A clock that runs behind Shopify's makes no lag below zero. */
export function lagBucket(seconds: number): number {
  if (seconds <= firstSeconds) return 0;
  return Math.min(bucketMax, Math.ceil(Math.log(seconds / firstSeconds) / Math.log(growth) - 1e-9));
}

export type LagCount = { bucket: number; deliveries: number };

/**
 * The lag that this share of deliveries did not exceed: the end of its bucket, so at most a fifth too long. `counts` are in
 * the order of their buckets. `undefined` without deliveries.
 */
export function lagQuantile(counts: readonly LagCount[], share: number): number | undefined {
  const total = counts.reduce((sum, { deliveries }) => sum + deliveries, 0);
  let passed = 0;
  for (const { bucket, deliveries } of counts) {
    passed += deliveries;
    if (passed >= total * share) return Math.round(firstSeconds * growth ** bucket * 100) / 100;
  }
  return undefined;
}
