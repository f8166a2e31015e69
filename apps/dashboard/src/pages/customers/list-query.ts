import type { CustomerFilter, CustomerSort } from '@loyalnest/contracts/rest/customers';

/** What the list shows, as its address says. */
export type ListQuery = {
  q: string;
  filter: CustomerFilter;
  sort: CustomerSort;
  order: 'asc' | 'desc';
  cursor: string | null;
};

export const filters: readonly CustomerFilter[] = ['all', 'withPoints', 'pending', 'held', 'negative', 'expiring'];
const sorts: readonly CustomerSort[] = ['available', 'earned', 'orders', 'lastActivity'];

export const defaultListQuery: ListQuery = {
  q: '',
  filter: 'all',
  sort: 'lastActivity',
  order: 'desc',
  cursor: null,
};

/** Whatever the address says that does not exist means the default. */
export function readListQuery(parameters: URLSearchParams): ListQuery {
  return {
    q: (parameters.get('q') ?? '').trim(),
    filter: filters.find((filter) => filter === parameters.get('filter')) ?? defaultListQuery.filter,
    sort: sorts.find((sort) => sort === parameters.get('sort')) ?? defaultListQuery.sort,
    order: parameters.get('order') === 'asc' ? 'asc' : 'desc',
    cursor: parameters.get('cursor'),
  };
}

/** Only what differs from the default is in the address. A cursor belongs to its list: with another list, it is dropped. */
export function listAddress(query: ListQuery, change: Partial<ListQuery> = {}): string {
  const next: ListQuery = { ...query, cursor: null, ...change };
  const parameters = new URLSearchParams();
  if (next.q) parameters.set('q', next.q);
  if (next.filter !== defaultListQuery.filter) parameters.set('filter', next.filter);
  if (next.sort !== defaultListQuery.sort) parameters.set('sort', next.sort);
  if (next.order !== defaultListQuery.order) parameters.set('order', next.order);
  if (next.cursor !== null) parameters.set('cursor', next.cursor);
  const text = parameters.toString();
  return text ? `/customers?${text}` : '/customers';
}

/** A press on the column that sorts turns it around; any other one begins with its largest. */
export function sortAddress(query: ListQuery, sort: CustomerSort): string {
  return listAddress(query, { sort, order: query.sort === sort && query.order === 'desc' ? 'asc' : 'desc' });
}

/** The cursors of the pages before this one, `null` being the first page's. A history entry remembers them. */
export type Trail = readonly (string | null)[];

/** Whatever a history entry holds; one without a trail, such as of a link that was shared, leads back to the first page. */
export function readTrail(state: unknown): Trail {
  const trail = (state as { trail?: unknown } | null)?.trail;
  return Array.isArray(trail) ? trail.map((cursor) => (typeof cursor === 'string' ? cursor : null)) : [];
}

export function previousPlace(query: ListQuery, trail: Trail) {
  if (query.cursor === null) return null;
  return { to: listAddress(query, { cursor: trail.at(-1) ?? null }), state: { trail: trail.slice(0, -1) } };
}

export function nextPlace(query: ListQuery, trail: Trail, nextCursor: string | null) {
  if (nextCursor === null) return null;
  return { to: listAddress(query, { cursor: nextCursor }), state: { trail: [...trail, query.cursor] } };
}
