import { document } from '@loyalnest/shopify/admin/document';
import { z } from 'zod';

/** Products that a search finds, by their ids. */
export const findProducts = document(
  `query FindProducts($search: String!, $after: String) {
    products(first: 250, after: $after, query: $search, sortKey: ID) {
      nodes { legacyResourceId }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  z.object({
    products: z.object({
      nodes: z.array(z.object({ legacyResourceId: z.string().regex(/^\d+$/).transform(Number) })),
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    }),
  }),
);

export type ProductPage = z.infer<typeof findProducts.data>;
