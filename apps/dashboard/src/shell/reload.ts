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
  addEventListener('vite:preloadError', (event) => {
    const last = Number(sessionStorage.getItem(reloadedKey));
    if (!navigator.onLine || Date.now() - last < reloadPauseMs) return;
    event.preventDefault();
    sessionStorage.setItem(reloadedKey, String(Date.now()));
    reloadPage();
  });
}
