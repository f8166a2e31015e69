import { readFileSync } from 'node:fs';
import { html, raw, type Html } from '../storefront/html.ts';
import { getShop, type ShopState } from '../state/shop-state.ts';
import { isInstalled, type World } from '../world.ts';
import { handleOf } from './app-address.ts';
import { browserScript } from './browser-script.ts';
import { directionOf, LOCALES, staffOf, type Staff } from './staff.ts';

export const ADMIN_STYLES = readFileSync(new URL('./admin.css', import.meta.url), 'utf8');

export const ADMIN_SCRIPT = browserScript(new URL('./browser/', import.meta.url), [
  '../../app-bridge/channel.js',
  'leave-dialog.js',
  'toasts.js',
  'contextual-bar.js',
  'app-navigation.js',
  'title.js',
  'chrome.js',
  'entry.js',
]);

/** Who looks at which shop's admin, in which language. */
export type AdminVisit = {
  state: ShopState;
  user: Staff;
  locale: string;
  /** Address of the shop's own pages. */
  storefront: string;
};

export type AdminPage = {
  title: string;
  /** Which entry of the navigation this is. */
  section: 'home' | 'orders' | 'customers' | 'products' | 'app' | 'none';
  body: Html;
};

/** The frame of every page: top bar, navigation, and the places that App Bridge fills. */
export function shell(world: World, visit: AdminVisit, { title, section, body }: AdminPage): string {
  const { state, locale } = visit;
  const shop = getShop(state);
  const store = `/store/${handleOf(state)}`;
  const link = (to: string, name: AdminPage['section'], label: string) =>
    html`<li>
      <a href="${store}${to}" ${section === name ? raw('aria-current="page"') : ''}>${icon(name)}${label}</a>
    </li>`;
  const page = html`<!doctype html>
    <html lang="en" dir="${directionOf(locale)}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · ${shop.name}</title>
        <link rel="stylesheet" href="/store-assets/admin.css" />
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        <script src="/store-assets/admin.js" defer></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header class="top">
          <button id="menu" type="button" aria-expanded="false" aria-controls="navigation">Menu</button>
          <a class="shop" href="${store}">${shop.name}</a>
          <div id="save-bar" role="region" aria-label="Unsaved changes" hidden>
            <span>Unsaved changes</span>
            <button type="button" data-which="discard">Discard</button>
            <button type="button" class="primary" data-which="save">Save</button>
          </div>
          ${pickers(visit)}
          <div id="loading" role="progressbar" aria-label="Loading" hidden></div>
        </header>
        <nav id="navigation" aria-label="Admin">
          <ul>
            ${link('', 'home', 'Home')} ${link('/orders', 'orders', 'Orders')}
            ${link('/customers', 'customers', 'Customers')} ${link('/products', 'products', 'Products')}
          </ul>
          <h2>Apps</h2>
          ${appLinks(world, state, { store, isOpen: section === 'app' })}
          <p class="note"><a href="${visit.storefront}">Online store</a></p>
          <p class="note">A simulated admin: no Shopify account, no real data.</p>
        </nav>
        <main id="main" tabindex="-1">${body}</main>
        <div id="messages">
          <div id="toasts" role="status"></div>
          <div id="toast-errors" role="alert"></div>
        </div>
      </body>
    </html>`;
  return page.html;
}

function appLinks(world: World, state: ShopState, { store, isOpen }: { store: string; isOpen: boolean }): Html {
  const current = isOpen ? raw('aria-current="true"') : '';
  return html`<ul>
    <li>
      <a id="app-home" href="${store}/apps/${world.toml.handle}" ${current}>
        ${icon('app')}${world.toml.name}${isInstalled(state) ? '' : html`<span class="badge">Install</span>`}
      </a>
      <ul id="app-nav"></ul>
    </li>
  </ul>`;
}

function pickers({ state, user, locale }: AdminVisit): Html {
  const option = (value: string | number, label: string, isChosen: boolean) =>
    html`<option value="${value}" ${isChosen ? raw('selected') : ''}>${label}</option>`;
  return html`<form class="pickers" method="get">
    <label>
      <span class="hidden">Language</span>
      <select name="locale">
        ${LOCALES.map(([tag, name]) => option(tag, name, tag === locale))}
      </select>
    </label>
    <label>
      <span class="hidden">Signed in as</span>
      <select name="user">
        ${staffOf(state).map(({ id, name }, index) => option(index + 1, name, id === user.id))}
      </select>
    </label>
    <button>Apply</button>
  </form>`;
}

const PATHS: Record<AdminPage['section'], string> = {
  home: 'M3 9.5 10 4l7 5.5V16H12v-4H8v4H3z',
  orders: 'M4 4h12v9h-3l-1 2H8l-1-2H4zM4 15h12v2H4z',
  customers: 'M10 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6zm-6 7c0-3 2.500-5 6-5s6 2 6 5z',
  products: 'M4 10 10 4h6v6l-6 6zM13 6.500a1 1 0 1 0 0 .1z',
  app: 'M4 4h5v5H4zM11 4h5v5h-5zM4 11h5v5H4zM11 11h5v5h-5z',
  none: '',
};

function icon(section: AdminPage['section']): Html {
  return html`<svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true"><path d="${PATHS[section]}" /></svg>`;
}
