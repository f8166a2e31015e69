/**
 * What Shopify's admin puts behind the address when it opens the app. App Bridge has read it by now. It is put away so that
 * no link, bookmark or history entry of ours carries a token or a signature.
 */
const shopifyParameters = [
  'embedded',
  'hmac',
  'host',
  'id_token',
  'link_source',
  'locale',
  'session',
  'shop',
  'timestamp',
];

/** The part that opens the app again; the rest is good for a minute only. */
const keptParameters = ['shop', 'host', 'embedded', 'locale'];

const storageKey = 'loyalnest.shopify-query';

export type SplitAddress = { address: string; kept: string };

export function splitShopifyQuery(url: URL): SplitAddress {
  const own = new URLSearchParams(url.search);
  for (const name of shopifyParameters) own.delete(name);
  const kept = new URLSearchParams();
  for (const name of keptParameters) {
    const value = url.searchParams.get(name);
    if (value !== null) kept.set(name, value);
  }
  const query = own.toString();
  return { address: url.pathname + (query && `?${query}`) + url.hash, kept: kept.toString() };
}

export function keepShopifyQuery(): void {
  const { address, kept } = splitShopifyQuery(new URL(location.href));
  if (kept) sessionStorage.setItem(storageKey, kept);
  history.replaceState(history.state, '', address);
}

/** The query that Shopify opened the app with, in this tab. */
export function shopifyQuery(): string {
  return sessionStorage.getItem(storageKey) ?? '';
}
