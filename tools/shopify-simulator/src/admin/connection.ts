import { badRequest, type Args } from './resolver.ts';
import type { Collection } from '../state/collection.ts';

/** Pages and input lists hold at most so many. */
export const PAGE_MAX = 250;

type SortValue = number | string;
export type SortBy<T> = { name: string; value: (item: T) => SortValue; id: (item: T) => number };

type Cached = { version: number; items: unknown[] };
const sorted = new WeakMap<object, Map<string, Cached>>();

/** A collection in order of a sort key. Kept until the collection changes, since pages are read one after the other. */
export function sortedItems<T>(collection: Collection<T>, by: SortBy<T>): T[] {
  let orders = sorted.get(collection);
  if (!orders) {
    orders = new Map();
    sorted.set(collection, orders);
  }
  const known = orders.get(by.name);
  if (known?.version === collection.version) return known.items as T[];
  const items = [...collection.values()].sort((a, b) => compare(by.value(a), by.value(b)) || by.id(a) - by.id(b));
  orders.set(by.name, { version: collection.version, items });
  return items;
}

/** The page that `first`/`after` or `last`/`before` ask for, of items in their sort order. */
export function connect<T>(
  items: readonly T[],
  args: Args,
  by: SortBy<T>,
  wrap: (item: T) => unknown = (item) => item,
) {
  const first = args['first'] as number | null | undefined;
  const last = args['last'] as number | null | undefined;
  const count = first ?? last;
  if (count === null || count === undefined) throw badRequest('you must provide one of first or last');
  if (typeof first === 'number' && typeof last === 'number') {
    throw badRequest('providing both first and last is not supported');
  }
  if (count < 0) throw badRequest('first and last must not be negative');
  if (count > PAGE_MAX) throw badRequest(`first and last cannot exceed ${PAGE_MAX}`);

  const ordered = args['reverse'] ? [...items].reverse() : items;
  const direction = args['reverse'] ? -1 : 1;
  const from = args['after'] ? boundary(ordered, by, direction, decode(args['after']), 1) : 0;
  const until = args['before'] ? boundary(ordered, by, direction, decode(args['before']), 0) : ordered.length;
  const start = typeof first === 'number' ? from : Math.max(from, until - count);
  const end = typeof first === 'number' ? Math.min(until, from + count) : until;
  const page = ordered.slice(start, Math.max(start, end));
  const cursor = (item: T) => encode(by, item);
  const head = page[0];
  const tail = page.at(-1);
  return {
    nodes: page.map(wrap),
    edges: page.map((item) => ({ cursor: cursor(item), node: wrap(item) })),
    pageInfo: {
      hasNextPage: end < ordered.length,
      hasPreviousPage: start > 0,
      startCursor: head === undefined ? null : cursor(head),
      endCursor: tail === undefined ? null : cursor(tail),
    },
  };
}

export function byId<T extends { id: number }>(): SortBy<T> {
  return { name: 'ID', value: (item) => item.id, id: (item) => item.id };
}

/** How many there are, or that there are at least as many as asked for. */
export function countOf(count: number, args: Args) {
  const limit = typeof args['limit'] === 'number' ? args['limit'] : Infinity;
  return count > limit ? { count: limit, precision: 'AT_LEAST' } : { count, precision: 'EXACT' };
}

/** The index of the first item after (`past` = 1) or at (0) the cursor; the item itself may be gone. */
function boundary<T>(items: readonly T[], by: SortBy<T>, direction: 1 | -1, cursor: Cursor, past: 0 | 1): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item === undefined) return low;
    const order = direction * (compare(by.value(item), cursor.last_value) || by.id(item) - cursor.last_id);
    if (order < past) low = middle + 1;
    else high = middle;
  }
  return low;
}

type Cursor = { last_id: number; last_value: SortValue };

function encode<T>(by: SortBy<T>, item: T): string {
  const cursor: Cursor = { last_id: by.id(item), last_value: by.value(item) };
  return Buffer.from(JSON.stringify(cursor)).toString('base64');
}

function decode(cursor: unknown): Cursor {
  try {
    const parsed = JSON.parse(Buffer.from(String(cursor), 'base64').toString()) as Partial<Cursor>;
    if (typeof parsed.last_id === 'number' && parsed.last_value !== undefined) return parsed as Cursor;
  } catch {
    // Falls through to the error that any malformed cursor gets.
  }
  throw badRequest('Invalid cursor for current pagination sort.');
}

function compare(a: SortValue, b: SortValue): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
