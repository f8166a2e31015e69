/** What the admin adds to the app's address; it is no part of the app's own. */
const ADDED = ['embedded', 'hmac', 'host', 'id_token', 'locale', 'session', 'shop', 'timestamp'];

/**
 * The page of the app as the admin's address bar tells it: path, the app's own query, fragment.
 * @param {string} href
 */
export function appPath(href) {
  const url = new URL(href);
  for (const name of ADDED) url.searchParams.delete(name);
  return `${url.pathname}${url.search}${url.hash}`;
}
