const pattern = /^[a-z0-9][a-z0-9-]{0,62}\.myshopify\.com$/;

/** Whether this is the name that Shopify gave to a shop for good: `example.myshopify.com`, in lower case. */
export function isShopDomain(text: string): boolean {
  return pattern.test(text);
}
