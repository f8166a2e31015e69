import type { Random } from '../time/random.ts';

export type Disorder = { duplicate: number; reorder: number };

/** How far a reordered delivery moves back, at most. */
const MOVE_MAX = 500;

/** Doubles and moves deliveries at random: each with its probability, nothing is lost. */
export function arrange<T>(
  items: readonly T[],
  { duplicate, reorder }: Disorder,
  random: Random,
  copy: (item: T) => T,
): T[] {
  const placed: { at: number; item: T }[] = [];
  const place = (item: T, index: number) => {
    const late = random.chance(reorder) ? 1 + random.below(MOVE_MAX) : 0;
    placed.push({ at: index + late, item });
  };
  items.forEach((item, index) => {
    place(item, index);
    if (random.chance(duplicate)) place(copy(item), index);
  });
  // The sort is stable: what is not moved keeps its order.
  return placed.sort((a, b) => a.at - b.at).map(({ item }) => item);
}
