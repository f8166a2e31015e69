const firstMs = 1_000;
/** A PostHog that is back is noticed after this at the latest. */
const longestMs = 5 * 60_000;

/** How long to wait after so many failures in a row: 1 s, 2 s, 4 s … 5 min. */
export function backoffMs(failures: number): number {
  return Math.min(firstMs * 2 ** Math.min(failures - 1, 20), longestMs);
}
