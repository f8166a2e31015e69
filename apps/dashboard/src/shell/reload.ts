import { shopifyQuery } from './shopify-query.ts';

/** Loads the page anew, with what the server needs to know which admin may frame it. */
export function reloadPage(): void {
  const own = new URLSearchParams(location.search);
  for (const [name, value] of new URLSearchParams(shopifyQuery())) own.set(name, value);
  location.assign(`${location.pathname}?${own.toString()}`);
}

const reloadedKey = 'loyalnest.reloaded-at';
const reloadPauseMs = 60_000;

/** After a deployment the files that an open page names are gone; it is loaded anew, but not again and again. */
export function reloadAfterDeployment(): void {
  addEventListener('vite:preloadError', () => {
    hasFailedOffline = !navigator.onLine;
    const last = Number(sessionStorage.getItem(reloadedKey));
    if (hasFailedOffline || Date.now() - last < reloadPauseMs) return;
    isReloading = true;
    sessionStorage.setItem(reloadedKey, String(Date.now()));
    reloadPage();
  });
}

let hasFailedOffline = false;
let isReloading = false;

/** What did not come is no error of the page while the page is being loaded anew: it goes on waiting until it is gone. */
export async function throwUnlessReloading(error: unknown): Promise<never> {
  if (isReloading) await new Promise(() => undefined);
  throw error;
}

/**
 * Where a page's file could not come because nothing could, it comes by loading the page anew as soon as there is a connection
 * again. An effect: what it returns ends it.
 */
export function reloadOnceOnline(): (() => void) | undefined {
  if (!hasFailedOffline) return undefined;
  if (navigator.onLine) reloadPage();
  addEventListener('online', reloadPage);
  return () => removeEventListener('online', reloadPage);
}
