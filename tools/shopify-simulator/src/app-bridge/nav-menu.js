/** @import { Channel } from './channel.js' */

const NAVIGATE = 'shopify:navigate';
const LINK_ATTRIBUTES = new Set(['id', 'name', 'class', 'href', 'rel', 'target', 'onclick']);

/**
 * `<ui-nav-menu>` (`<s-app-nav>`): its links become the app's navigation in the admin. The link with `rel="home"` is the
 * app itself, and not listed.
 * @param {Channel} channel
 */
export function defineNavMenu(channel) {
  class NavMenu extends HTMLElement {
    #observer = new MutationObserver(() => this.#tell());

    connectedCallback() {
      const options = { childList: true, subtree: true, characterData: true, attributes: true };
      this.#observer.observe(this, options);
      queueMicrotask(() => this.#tell());
    }

    disconnectedCallback() {
      this.#observer.disconnect();
      channel.tell('nav', { home: null, items: [] });
    }

    #tell() {
      if (!this.isConnected) return;
      const links = [...this.querySelectorAll('a, s-link')];
      for (const link of links) checkAttributes(link);
      const isHome = (/** @type {Element} */ link) => link.getAttribute('rel') === 'home';
      const describe = (/** @type {Element} */ link) => ({
        label: link.textContent.trim(),
        href: link.getAttribute('href') ?? '',
      });
      const home = links.find(isHome);
      const items = links.filter((link) => !isHome(link)).map(describe);
      channel.tell('nav', { home: home ? describe(home) : null, items });
    }
  }
  customElements.define('ui-nav-menu', NavMenu);
  customElements.define('s-app-nav', class extends NavMenu {});
}

/**
 * A click in the admin's navigation is a click on the app's link: a router that takes it (prevents its default) changes
 * the page in place. As at Shopify, a click that never reaches the document counts as not taken.
 * @param {string} href
 * @returns {boolean} false if the admin has to open the page anew
 */
export function followNavLink(href) {
  const link = [...document.querySelectorAll(':is(ui-nav-menu, s-app-nav) :is(a, s-link)')].find(
    (one) => one.getAttribute('href') === href,
  );
  if (!link) return false;
  const click = new MouseEvent('click', { bubbles: true, cancelable: true, composed: true });
  let isTaken = false;
  const notice = (/** @type {Event} */ event) => {
    if (event !== click) return;
    isTaken = event.defaultPrevented;
    event.preventDefault();
  };
  addEventListener('click', notice);
  link.dispatchEvent(click);
  removeEventListener('click', notice);
  return isTaken || announceNavigation(link);
}

/** How many listeners the document has for `shopify:navigate`. */
let navigators = 0;

/** Routers that do not listen to the links say so by listening to the event; that is noticed here. */
export function noticeNavigators() {
  const add = document.addEventListener.bind(document);
  const remove = document.removeEventListener.bind(document);
  document.addEventListener = (/** @type {Parameters<typeof add>} */ ...args) => {
    if (args[0] === NAVIGATE) navigators++;
    add(...args);
  };
  document.removeEventListener = (/** @type {Parameters<typeof remove>} */ ...args) => {
    if (args[0] === NAVIGATE) navigators--;
    remove(...args);
  };
}

/**
 * Tells the app's router, if there is one that listens, to go where the link leads.
 * @param {Element} link
 */
function announceNavigation(link) {
  const event = new CustomEvent(NAVIGATE, { bubbles: true, cancelable: true, composed: true });
  link.dispatchEvent(event);
  return navigators > 0 || event.defaultPrevented;
}

/**
 * The real one refuses links with attributes that it does not know, too.
 * @param {Element} link
 */
function checkAttributes(link) {
  const unexpected = [...link.attributes]
    .map(({ name }) => name)
    .filter((name) => !LINK_ATTRIBUTES.has(name) && !name.startsWith('data-'));
  if (unexpected.length > 0) throw new Error(`Unexpected attributes on <a>: ${unexpected.join(', ')}`);
}
