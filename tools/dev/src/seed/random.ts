/** Random numbers that are the same on every machine for the same seed (mulberry32). */
export type Random = {
  /** At least 0, below 1. */
  fraction(): number;
  /** A whole number at least 0, below `limit`. */
  below(limit: number): number;
  pick<T>(items: readonly T[]): T;
  /** Bell-shaped around 0, with standard deviation 1. */
  normal(): number;
};

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const fraction = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(fraction() * limit);
  return {
    fraction,
    below,
    pick: <T>(items: readonly T[]) => items[below(items.length)] as T,
    normal: () => Math.sqrt(-2 * Math.log(1 - fraction())) * Math.cos(2 * Math.PI * fraction()),
  };
}
