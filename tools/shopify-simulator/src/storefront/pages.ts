import type { CodeResult } from '../commerce/discounts.ts';
import { currencyDigits, decimal } from '../commerce/money.ts';
import { financialStatus, orderTotals } from '../commerce/totals.ts';
import type { Customer, Order, Product } from '../state/entities.ts';
import { getShop, type ShopState } from '../state/shop-state.ts';
import { utcTime } from '../time/shop-time.ts';
import { customerName } from '../webhooks/payload/customer.ts';
import { html, type Html } from './html.ts';

export type CartItem = { product: Product; quantity: number };

/** Standard shipping costs five of the currency's units, 500 where it has no smaller ones. */
export function shippingMinorOf(state: ShopState, items: readonly CartItem[]): number {
  const digits = currencyDigits(getShop(state).currency);
  return items.some(({ product }) => !product.giftCard) ? 5 * 10 ** (digits || 2) : 0;
}

export function money(state: ShopState, minor: number): string {
  const { currency } = getShop(state);
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.format(decimal(minor, currency) as never);
}

export function productListPage(state: ShopState): Html {
  const cards = [...state.products.values()].map(
    (product) =>
      html`<li class="card product">
        <img src="/assets/art/${product.handle}.svg" alt="" width="400" height="300" />
        <h2><a href="/products/${product.handle}">${product.title}</a></h2>
        <p class="muted">${product.description}</p>
        <p class="price">${money(state, product.priceMinor)}</p>
      </li>`,
  );
  return html`<ul class="grid">
    ${cards}
  </ul>`;
}

export function productPage(state: ShopState, product: Product): Html {
  return html`<div class="halves">
    <img src="/assets/art/${product.handle}.svg" alt="" width="400" height="300" />
    <div class="stack">
      <p class="price">${money(state, product.priceMinor)}</p>
      ${product.description !== '' && html`<p>${product.description}</p>`}
      <form class="stack" method="post" action="/cart/add">
        <input type="hidden" name="product" value="${product.id}" />
        <label>Quantity <input type="number" name="quantity" value="1" min="1" max="99" required /></label>
        <button>Add to cart</button>
      </form>
    </div>
  </div>`;
}

export function cartPage(state: ShopState, items: readonly CartItem[], code: string): Html {
  const note = code && html`<p>Discount code <strong>${code}</strong> is applied at the checkout.</p>`;
  if (items.length === 0)
    return html`<p>Your cart is empty. <a href="/">See the products</a></p>
      ${note}`;
  const subtotal = items.reduce((sum, { product, quantity }) => sum + product.priceMinor * quantity, 0);
  const rows = items.map(
    ({ product, quantity }) =>
      html`<tr>
        <td><a href="/products/${product.handle}">${product.title}</a></td>
        <td>
          <input
            type="number"
            name="quantity-${product.id}"
            value="${quantity}"
            min="0"
            max="99"
            aria-label="Quantity of ${product.title}"
          />
        </td>
        <td>${money(state, product.priceMinor * quantity)}</td>
      </tr>`,
  );
  return html`<form method="post" action="/cart/update">
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Product</th>
            <th scope="col">Quantity</th>
            <th scope="col">Price</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    <p class="price">Subtotal ${money(state, subtotal)}</p>
    ${note}
    <p class="row"><button class="plain">Update cart</button> <a class="button" href="/checkout">Check out</a></p>
  </form>`;
}

export type CheckoutView = {
  items: readonly CartItem[];
  customer: Customer | undefined;
  code: string;
  applied: CodeResult | undefined;
};

export function checkoutPage(state: ShopState, { items, customer, code, applied }: CheckoutView): Html {
  const subtotal = items.reduce((sum, { product, quantity }) => sum + product.priceMinor * quantity, 0);
  const shipping = shippingMinorOf(state, items);
  const discount =
    applied?.outcome === 'applied' ? applied.lineMinors.reduce((sum, minor) => sum + minor, applied.shippingMinor) : 0;
  return html`<div class="columns">
    <div class="stack">
      <form class="stack" method="post" action="/checkout/code">
        <label>Discount code <input name="code" value="${code}" autocomplete="off" /></label>
        <button class="plain">Apply</button>
      </form>
      <form class="stack" method="post" action="/checkout">
        <label>
          E-mail
          <input type="email" name="email" value="${customer?.email ?? ''}" autocomplete="email" required />
        </label>
        <p class="muted">No payment is taken: the order is paid at once.</p>
        <button>Pay ${money(state, subtotal + shipping - discount)}</button>
      </form>
    </div>
    <section class="card" aria-labelledby="summary">
      <h2 id="summary">Summary</h2>
      <dl>
        ${items.map(
          ({ product, quantity }) =>
            html`<dt>${quantity} × ${product.title}</dt>
              <dd>${money(state, product.priceMinor * quantity)}</dd>`,
        )}
        <dt>Shipping</dt>
        <dd>${money(state, shipping)}</dd>
        ${
          discount > 0 &&
          html`<dt>Discount ${code}</dt>
            <dd>−${money(state, discount)}</dd>`
        }
        <dt class="total">Total</dt>
        <dd class="total">${money(state, subtotal + shipping - discount)}</dd>
      </dl>
    </section>
  </div>`;
}

export function orderPage(state: ShopState, order: Order): Html {
  const totals = orderTotals(order);
  return html`<p>Placed ${utcTime(order.createdAt).slice(0, 10)} · ${financialStatus(order).replace('_', ' ')}</p>
    <section class="card" aria-label="What was ordered">
      <dl>
        ${order.lines.map(
          (line) =>
            html`<dt>${line.quantity} × ${line.title}</dt>
              <dd>${money(state, line.priceMinor * line.quantity)}</dd>`,
        )}
        <dt>Shipping</dt>
        <dd>${money(state, order.shippingMinor)}</dd>
        ${
          order.discount &&
          html`<dt>Discount ${order.discount.code}</dt>
            <dd>−${money(state, totals.discountsMinor)}</dd>`
        }
        ${
          totals.refundedMinor > 0 &&
          html`<dt>Refunded</dt>
            <dd>−${money(state, totals.refundedMinor)}</dd>`
        }
        <dt class="total">Total</dt>
        <dd class="total">${money(state, totals.totalMinor)}</dd>
      </dl>
    </section>`;
}

/** How many customers the demonstration offers to be. */
const OFFERED_MAX = 8;
/** In a shop of 100,000 the first few are enough to choose from. */
const LOOKED_AT_MAX = 2_000;

export function loginPage(state: ShopState, returnUrl: string): Html {
  const target = html`<input type="hidden" name="return_url" value="${returnUrl}" />`;
  return html`<div class="halves">
      <form class="stack" method="post" action="/account/login">
        <h2>Log in</h2>
        ${target}
        <label>E-mail <input type="email" name="email" autocomplete="email" required /></label>
        <p class="muted">No password: whoever knows the address is this customer.</p>
        <button>Log in</button>
      </form>
      <form class="stack" method="post" action="/account/register">
        <h2>Create an account</h2>
        ${target}
        <label>First name <input name="firstName" autocomplete="given-name" required /></label>
        <label>Last name <input name="lastName" autocomplete="family-name" required /></label>
        <label>E-mail <input type="email" name="email" autocomplete="email" required /></label>
        <button>Create account</button>
      </form>
    </div>
    ${logInAs(state, target)}`;
}

/** For people who try the shop and know nobody in it. */
function logInAs(state: ShopState, target: Html): Html {
  const offered = [...state.customers.values()]
    .slice(0, LOOKED_AT_MAX)
    .filter(({ email }) => email !== null)
    .map((customer) => ({ customer, orders: state.ordersByCustomer.get(customer.id)?.length ?? 0 }))
    .sort((a, b) => b.orders - a.orders)
    .slice(0, OFFERED_MAX);
  if (offered.length === 0) return html``;
  return html`<section class="simulated" aria-labelledby="as">
    <h2 id="as">Log in as…</h2>
    <p>Only in the simulator: a click, and you are this customer.</p>
    <ul>
      ${offered.map(
        ({ customer, orders }) =>
          html`<li>
            <form method="post" action="/account/login">
              ${target}
              <input type="hidden" name="email" value="${customer.email}" />
              <button class="plain">
                ${customerName(customer) || customer.email}
                <small>${orders} ${orders === 1 ? 'order' : 'orders'}</small>
              </button>
            </form>
          </li>`,
      )}
    </ul>
  </section>`;
}

export function accountPage(state: ShopState, orders: readonly Order[], customer: Customer): Html {
  const rows = orders.toReversed().map(
    (order) =>
      html`<tr>
        <td><a href="/orders/${order.id}">#${order.number}</a></td>
        <td>${utcTime(order.createdAt).slice(0, 10)}</td>
        <td>${money(state, orderTotals(order).totalMinor)}</td>
      </tr>`,
  );
  return html`<p>${customer.email}</p>
    <form method="post" action="/account/logout"><button class="plain">Log out</button></form>
    <h2>Orders</h2>
    ${
      rows.length > 0
        ? html`<div class="scroll">
            <table>
              <thead>
                <tr>
                  <th scope="col">Order</th>
                  <th scope="col">Date</th>
                  <th scope="col">Total</th>
                </tr>
              </thead>
              <tbody>
                ${rows}
              </tbody>
            </table>
          </div>`
        : html`<p>No orders yet.</p>`
    }`;
}
