import { money } from '../storefront/pages.ts';
import { html, type Html } from '../storefront/html.ts';
import { financialStatus, orderTotals } from '../commerce/totals.ts';
import type { Customer, Order } from '../state/entities.ts';
import { ordersOf, type ShopState } from '../state/shop-state.ts';
import { utcTime } from '../time/shop-time.ts';
import { customerName } from '../webhooks/payload/customer.ts';

/** The admin's lists show the newest; there is no paging. */
const ROWS_MAX = 50;

export function homePage(state: ShopState): Html {
  const figure = (label: string, count: number) =>
    html`<div class="card"><strong>${count.toLocaleString('en')}</strong>${label}</div>`;
  return html`<h1>Home</h1>
    <div class="figures">
      ${figure('orders', state.orders.size)} ${figure('customers', state.customers.size)}
      ${figure('products', state.products.size)} ${figure('discounts', state.discounts.size)}
    </div>`;
}

export function ordersPage(state: ShopState, store: string): Html {
  return html`<h1>Orders</h1>
    ${table(newest(state.orders.values()), {
      Order: (order) => html`<a href="${store}/orders/${order.id}">#${order.number}</a>`,
      Date: (order) => utcTime(order.createdAt).slice(0, 10),
      Customer: (order) => customerOf(state, store, order),
      Status: (order) => financialStatus(order).replace('_', ' '),
      Total: (order) => money(state, orderTotals(order).totalMinor),
    })}`;
}

export function orderPage(state: ShopState, store: string, order: Order): Html {
  const totals = orderTotals(order);
  return html`<h1>#${order.number}</h1>
    <div class="card">
      <p>${utcTime(order.createdAt).slice(0, 10)} · ${financialStatus(order).replace('_', ' ')}</p>
      <p>${customerOf(state, store, order)}</p>
    </div>
    ${table(order.lines, {
      Product: (line) => line.title,
      Quantity: (line) => String(line.quantity),
      Price: (line) => money(state, line.priceMinor),
    })}
    <div class="card">
      <p>Discounts ${order.discount?.code ?? ''} −${money(state, totals.discountsMinor)}</p>
      <p>Refunded ${money(state, totals.refundedMinor)}</p>
      <p><strong>Total ${money(state, totals.totalMinor)}</strong></p>
    </div>`;
}

export function customersPage(state: ShopState, store: string): Html {
  return html`<h1>Customers</h1>
    ${table(newest(state.customers.values()), {
      Name: (customer) => html`<a href="${store}/customers/${customer.id}">${nameOf(customer)}</a>`,
      'E-mail': ({ email }) => email ?? '',
      Orders: ({ id }) => String(ordersOf(state, id).length),
    })}`;
}

export function customerPage(state: ShopState, store: string, customer: Customer): Html {
  return html`<h1>${nameOf(customer)}</h1>
    <div class="card">
      <p>${customer.email ?? 'No e-mail'}</p>
      <p>${customer.tags.join(', ')}</p>
    </div>
    ${table(newest(ordersOf(state, customer.id)), {
      Order: (order) => html`<a href="${store}/orders/${order.id}">#${order.number}</a>`,
      Date: (order) => utcTime(order.createdAt).slice(0, 10),
      Total: (order) => money(state, orderTotals(order).totalMinor),
    })}`;
}

export function productsPage(state: ShopState): Html {
  return html`<h1>Products</h1>
    ${table(newest(state.products.values()), {
      Product: ({ title }) => title,
      Collections: ({ collections }) => collections.join(', '),
      Price: ({ priceMinor }) => money(state, priceMinor),
    })}`;
}

/** Instead of a page of the app that the admin may not show. */
export function refusedPage(appName: string, reason: string): Html {
  return html`<h1>${appName}</h1>
    <div class="card alert" role="alert">
      <h2>The app can’t be shown</h2>
      <p>${reason}.</p>
      <p>Shopify shows an app only if it lets this shop and the admin frame it, and nobody else.</p>
    </div>`;
}

export function missingPage(): Html {
  return html`<h1>There’s no page at this address</h1>`;
}

function customerOf(state: ShopState, store: string, order: Order): Html | string {
  const customer = order.customerId === null ? undefined : state.customers.find(order.customerId);
  return customer
    ? html`<a href="${store}/customers/${customer.id}">${nameOf(customer)}</a>`
    : (order.email ?? 'Guest');
}

function nameOf(customer: Customer): string {
  return customerName(customer) || customer.email || String(customer.id);
}

function newest<T>(items: Iterable<T>): T[] {
  return [...items].slice(-ROWS_MAX).reverse();
}

function table<T>(rows: readonly T[], columns: Record<string, (row: T) => Html | string>): Html {
  if (rows.length === 0) return html`<div class="card">Nothing here yet.</div>`;
  const cells = Object.values(columns);
  return html`<div class="card" tabindex="0" role="region" aria-label="List">
    <table>
      <thead>
        <tr>
          ${Object.keys(columns).map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${cells.map((cell) => html`<td>${cell(row)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
