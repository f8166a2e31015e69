import { notSimulated } from './resolver.ts';

/** One `field:value` of Shopify's search syntax, for example `updated_at:>='2026-01-01T00:00:00Z'`. */
export type Term = { field: string; operator: ':' | '>' | '>=' | '<' | '<='; value: string };
export type SearchFields<T> = Record<string, (item: T, term: Term) => boolean>;

const TERM = /\s*(?:(-?[a-z_]+):(>=|<=|>|<)?(?:"([^"]*)"|'([^']*)'|([^\s()"']+))|(\S+))/gy;

/** A test for a search text. Alternatives, negation and fields that are not simulated are refused, never ignored. */
export function searchTest<T>(query: unknown, fields: SearchFields<T>, what: string): (item: T) => boolean {
  const terms = parseSearch(query, what);
  for (const { field } of terms) if (!(field in fields)) throw notSimulated(`${what} query field "${field}"`);
  return (item) => terms.every((term) => fields[term.field]?.(item, term));
}

function parseSearch(query: unknown, what: string): Term[] {
  if (typeof query !== 'string') return [];
  const terms: Term[] = [];
  const text = query.trim();
  TERM.lastIndex = 0;
  while (TERM.lastIndex < text.length) {
    const match = TERM.exec(text);
    if (!match) break;
    const [, field, operator, double, single, bare, word] = match;
    if (word === 'AND') continue;
    if (field === undefined || field.startsWith('-')) throw notSimulated(`${what} query text "${match[0].trim()}"`);
    terms.push({ field, operator: (operator ?? ':') as Term['operator'], value: double ?? single ?? bare ?? '' });
  }
  return terms;
}

/** Compares times; a bare date means its first moment in UTC. Malformed times match nothing, as at Shopify. */
export function timeField<T>(of: (item: T) => number) {
  return (item: T, { operator, value }: Term): boolean => holds(of(item), operator, Date.parse(value));
}

export function numberField<T>(of: (item: T) => number) {
  return (item: T, { operator, value }: Term): boolean => holds(of(item), operator, Number(value));
}

/** Ignores case; a star at the end matches any ending. */
export function textField<T>(of: (item: T) => string | null) {
  return (item: T, { value }: Term): boolean => {
    const text = (of(item) ?? '').toLowerCase();
    const wanted = value.toLowerCase();
    return wanted.endsWith('*') ? text.startsWith(wanted.slice(0, -1)) : text === wanted;
  };
}

export function listField<T>(of: (item: T) => readonly string[]) {
  return (item: T, { value }: Term): boolean => of(item).some((entry) => entry.toLowerCase() === value.toLowerCase());
}

function holds(actual: number, operator: Term['operator'], wanted: number): boolean {
  if (operator === '>') return actual > wanted;
  if (operator === '>=') return actual >= wanted;
  if (operator === '<') return actual < wanted;
  if (operator === '<=') return actual <= wanted;
  return actual === wanted;
}
