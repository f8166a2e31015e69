import { document } from '@loyalnest/shopify/admin/document';
import { z } from 'zod';

/** The shop, and what it granted the app. */
export const installedShop = document(
  `query InstalledShop {
    shop { name myshopifyDomain currencyCode ianaTimezone plan { publicDisplayName } }
    currentAppInstallation { accessScopes { handle } }
  }`,
  z.object({
    shop: z.object({
      name: z.string(),
      myshopifyDomain: z.string(),
      currencyCode: z.string(),
      ianaTimezone: z.string(),
      plan: z.object({ publicDisplayName: z.string() }),
    }),
    currentAppInstallation: z.object({ accessScopes: z.array(z.object({ handle: z.string() })) }),
  }),
);
