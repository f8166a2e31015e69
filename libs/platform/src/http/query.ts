import { parse, type ParsedUrlQuery } from 'node:querystring';

let last: { text: string; query: Readonly<ParsedUrlQuery> } = { text: '', query: {} };

/**
 * All of a query, in half the time that `URLSearchParams` takes: what is named several times has several values. The router reads a
 * request's query, and right after it whoever checks its signature, so the one read last is kept. Whoever gets it leaves it as it is.
 */
export function readQuery(text: string): Readonly<ParsedUrlQuery> {
  if (text !== last.text) last = { text, query: parse(text, '&', '=', { maxKeys: 0 }) };
  return last.query;
}

/** Of several values the last one counts. */
export function lastValues(query: Readonly<ParsedUrlQuery>): Record<string, string> {
  const values: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const key of Object.keys(query)) {
    const value = query[key];
    values[key] = (Array.isArray(value) ? value.at(-1) : value) ?? '';
  }
  return values;
}
