import { infiniteQueryOptions } from '@tanstack/react-query';

export type Page<Item> = { items: Item[]; nextCursor: string | null };

/** A list that is read on and on: each page starts where the one before ended. */
export function endlessQuery<Item>(
  queryKey: readonly unknown[],
  load: (cursor: string | null, signal: AbortSignal) => Promise<Page<Item>>,
) {
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam, signal }) => load(pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page<Item>) => page.nextCursor,
  });
}
