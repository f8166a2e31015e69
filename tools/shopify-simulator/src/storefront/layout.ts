import { readFileSync } from 'node:fs';
import { getShop } from '../state/shop-state.ts';
import { customerName } from '../webhooks/payload/customer.ts';
import { html, raw, type Html } from './html.ts';
import { isRightToLeft, type Visit } from './visit.ts';

export const STYLES = readFileSync(new URL('./style.css', import.meta.url), 'utf8');

export type Page = { title: string; body: Html; notice?: string | undefined };

export function layout(visit: Visit, { title, body, notice }: Page): string {
  const { state, session, customer } = visit;
  const shop = getShop(state);
  const pieces = [...session.cart.values()].reduce((sum, quantity) => sum + quantity, 0);
  const page = html`<!doctype html>
    <html lang="${session.locale}" dir="${isRightToLeft(session.locale) ? 'rtl' : 'ltr'}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="description" content="A demonstration shop on a simulated Shopify." />
        <title>${title} · ${shop.name}</title>
        <link rel="stylesheet" href="/assets/style.css" />
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header>
          <a class="brand" href="/">${shop.name}</a>
          <nav aria-label="Shop">
            <a href="/">Products</a>
            <a href="/account">${customer ? customerName(customer) || 'Account' : 'Log in'}</a>
            <a href="/cart">Cart (${pieces})</a>
          </nav>
        </header>
        <main id="main">
          ${notice ? html`<p class="notice" role="alert">${notice}</p>` : ''}
          <h1>${title}</h1>
          ${body}
        </main>
        <footer>A demonstration shop on a simulated Shopify. Nothing is sold here.</footer>
        <!-- app embed -->${embedOf(visit)}
      </body>
    </html>`;
  return page.html;
}

/** The app's block as it is deployed, let through the page's strict policy. */
function embedOf({ embed, nonce }: Visit): Html {
  return raw(embed?.replaceAll('<script ', `<script nonce="${nonce}" `) ?? '');
}

/** What a hardened theme has: nothing inline, nothing from elsewhere but the embed, and the app for live updates. */
export function contentSecurityPolicy({ embed, nonce }: Visit, appUrl: string): string {
  const app = new URL(appUrl);
  const socket = `${app.protocol === 'https:' ? 'wss' : 'ws'}://${app.host}`;
  return [
    "default-src 'none'",
    `script-src 'self'${embed === undefined ? '' : ` 'nonce-${nonce}'`}`,
    "style-src 'self'",
    `connect-src 'self'${embed === undefined ? '' : ` ${socket}`}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
  ].join('; ');
}
