import { document } from '@loyalnest/shopify/admin/document';
import { z } from 'zod';

/** The settings of the theme that shoppers see: what its editor has saved, app embeds among it. */
export const readMainThemeSettings = document(
  `query MainThemeSettings {
    themes(first: 1, roles: [MAIN]) {
      nodes {
        files(first: 1, filenames: ["config/settings_data.json"]) {
          nodes { body { ... on OnlineStoreThemeFileBodyText { content } } }
        }
      }
    }
  }`,
  z.object({
    themes: z.object({
      nodes: z.array(
        z.object({
          files: z.object({ nodes: z.array(z.object({ body: z.object({ content: z.string().optional() }) })) }),
        }),
      ),
    }),
  }),
);
