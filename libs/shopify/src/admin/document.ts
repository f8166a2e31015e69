import type { z } from 'zod';

/** A GraphQL operation for Shopify's Admin API, and what it answers. */
export type AdminDocument<Data = unknown> = {
  name: string;
  kind: 'query' | 'mutation';
  source: string;
  data: z.ZodType<Data>;
};

const registry = new Map<string, AdminDocument>();

/**
 * Declares an operation, in a file `*.graphql.ts`; a test validates every one against Shopify's schema. The operation's
 * name is unique in the product. `data` parses the part of the answer that is needed; a mutation selects `userErrors`,
 * which the client reads itself.
 */
export function document<Data>(source: string, data: z.ZodType<Data>): AdminDocument<Data> {
  const [, kind, name] = /^\s*(query|mutation)\s+(\w+)/.exec(source) ?? [];
  if (name === undefined) throw new Error(`an operation needs a kind and a name: ${source.trim().slice(0, 60)}`);
  if (registry.has(name)) throw new Error(`two documents are called ${name}`);
  const declared: AdminDocument<Data> = { name, kind: kind as 'query' | 'mutation', source, data };
  registry.set(name, declared);
  return declared;
}

/** Every document that has been loaded. */
export function documents(): AdminDocument[] {
  return [...registry.values()];
}
