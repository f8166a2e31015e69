/** A shop with markets has a folder per language (`/de/`); Shopify tells scripts which one the page is in. */
function shopRoot(): string {
  const { Shopify } = globalThis as { Shopify?: { routes?: { root?: string } } };
  return Shopify?.routes?.root ?? '/';
}

function currentPath(): string {
  return encodeURIComponent(location.pathname + location.search);
}

/** Both lead back to the page that the shopper was on. */
export function accountLinks(): { login: string; register: string } {
  const query = `return_url=${currentPath()}`;
  return { login: `${shopRoot()}account/login?${query}`, register: `${shopRoot()}account/register?${query}` };
}

/** Shopify keeps the code in the cart and comes back. */
export function applyLink(code: string): string {
  return `${shopRoot()}discount/${encodeURIComponent(code)}?redirect=${currentPath()}`;
}
