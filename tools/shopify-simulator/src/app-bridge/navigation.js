/** @import { Channel } from './channel.js' */
import { appPath } from './app-path.js';

/**
 * The admin's address bar follows the app: each change of the app's address is told, whoever makes it.
 * @param {Channel} channel
 */
export function followHistory(channel) {
  const tell = () => channel.tell('path', { path: appPath(location.href) });
  for (const method of /** @type {const} */ (['pushState', 'replaceState'])) {
    const original = history[method].bind(history);
    history[method] = (...args) => {
      original(...args);
      tell();
    };
  }
  addEventListener('popstate', tell);
  addEventListener('hashchange', tell);
  tell();
}

/**
 * `shopify://admin/products` opens the admin's page, by `open()` and by links.
 * @param {Channel} channel
 */
export function openAdminPages(channel) {
  const original = window.open.bind(window);
  window.open = (url, ...rest) => {
    if (!isOfAdmin(String(url ?? ''))) return original(url, ...rest);
    void channel.ask('open', { url: String(url), target: rest[0] ?? '' });
    return null;
  };
  addEventListener('click', (event) => {
    const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
    const href = link?.getAttribute('href') ?? '';
    if (!isOfAdmin(href) || event.defaultPrevented) return;
    event.preventDefault();
    void channel.ask('open', { url: href, target: link?.target ?? '' });
  });
}

/** @param {string} url */
function isOfAdmin(url) {
  return url.startsWith('shopify:');
}
