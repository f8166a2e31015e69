import type { InfiniteData } from '@tanstack/react-query';
import type { Page } from '../../api/page.ts';

type List<Item> = InfiniteData<Page<Item>, string | null>;

/** A list with entries put on top, the latest first. What is there already stays where it is. */
export function withNewest<Item extends { transferId: number }>(list: List<Item>, newest: readonly Item[]): List<Item> {
  const [first, ...others] = list.pages;
  if (!first) return list;
  const known = new Set(list.pages.flatMap((page) => page.items.map(({ transferId }) => transferId)));
  const added = newest.filter(({ transferId }) => !known.has(transferId)).toReversed();
  if (added.length === 0) return list;
  return { ...list, pages: [{ ...first, items: [...added, ...first.items] }, ...others] };
}
