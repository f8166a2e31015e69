import { readFileSync } from 'node:fs';
import type { Customer } from '../state/entities.ts';
import { getShop, type ShopState } from '../state/shop-state.ts';
import { customerName } from '../webhooks/payload/customer.ts';
import { html, raw, type Html } from './html.ts';
import type { Session } from './sessions.ts';

export const STYLES = readFileSync(new URL('./style.css', import.meta.url), 'utf8');

export type Page = { title: string; body: Html; notice?: string | undefined };
export type Visit = { state: ShopState; session: Session; customer: Customer | undefined };

export function layout({ state, session, customer }: Visit, { title, body, notice }: Page): string {
  const shop = getShop(state);
  const pieces = [...session.cart.values()].reduce((sum, quantity) => sum + quantity, 0);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
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
        <!-- app embed -->${embedOf(state, customer)}
      </body>
    </html>`;
  return page.html;
}

/** The theme app embed: what the app's extension puts into every page when the merchant has switched it on. */
function embedOf(state: ShopState, customer: Customer | undefined): Html {
  const { domain, embed } = getShop(state);
  if (!embed.enabled || embed.scriptUrl === '') return raw('');
  return html`<div id="loyalnest-widget" data-shop="${domain}" data-customer-id="${customer?.id ?? ''}"></div>
    <script src="${embed.scriptUrl}" defer></script>`;
}

/** No inline scripts or styles; scripts from elsewhere only for the embed. */
export function contentSecurityPolicy(state: ShopState, appUrl: string): string {
  const { enabled } = getShop(state).embed;
  const app = enabled ? ` ${new URL(appUrl).origin}` : '';
  return [
    "default-src 'none'",
    `script-src 'self'${app}`,
    `style-src 'self'${app}`,
    `connect-src 'self'${app}`,
    `img-src 'self' data:${app}`,
    `font-src 'self'${app}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
  ].join('; ');
}
