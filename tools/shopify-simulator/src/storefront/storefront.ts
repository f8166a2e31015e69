import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createCustomer, findCustomerByEmail } from '../commerce/customers.ts';
import { applyCode } from '../commerce/discounts.ts';
import { placeOrder } from '../commerce/orders.ts';
import { acceptForms } from '../http/form-body.ts';
import { findShopOf } from '../http/shop-host.ts';
import { getShop, ordersOf, type ShopState } from '../state/shop-state.ts';
import type { World } from '../world.ts';
import { html } from './html.ts';
import { productArt } from './art.ts';
import { contentSecurityPolicy, layout, STYLES, type Page } from './layout.ts';
import * as pages from './pages.ts';
import { findEmbed, localPath, type Visit } from './visit.ts';
import { ensureSession, startSession, type Session, type Sessions } from './sessions.ts';

type Form = Record<string, string>;
type Handler = (visit: Visit, request: FastifyRequest, reply: FastifyReply) => Page | string;

/** A language tag: `ar`, `pt-BR`. */
const LOCALE = /^[a-z]{2,3}(-[A-Z]{2})?$/;
/** Shoppers order at most so many pieces of one product. */
const PIECES_MAX = 99;
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="#1f5c4a"/></svg>';

/** A plain shop at `http://{shop}.localhost:PORT/`. A handler gives a page, or the path to go to next. */
export function registerStorefront(app: FastifyInstance, world: World, sessions: Sessions): void {
  void app.register(async (scope) => {
    acceptForms(scope);
    const sendAsset = (reply: FastifyReply, type: string, content: string) =>
      reply.header('Cache-Control', 'public, max-age=3600').type(type).send(content);
    scope.get('/assets/style.css', (_request, reply) => sendAsset(reply, 'text/css', STYLES));
    scope.get('/assets/icon.svg', (_request, reply) => sendAsset(reply, 'image/svg+xml', ICON));
    scope.get('/assets/art/:handle.svg', (request, reply) =>
      sendAsset(reply, 'image/svg+xml', productArt((request.params as { handle: string }).handle)),
    );
    const route = (method: 'GET' | 'POST', url: string, handler: Handler) =>
      scope.route({ method, url, handler: (request, reply) => serve(world, sessions, handler, request, reply) });

    route('GET', '/', ({ state }) => ({ title: 'Products', body: pages.productListPage(state) }));
    route('GET', '/products/:handle', (visit, request) => productPage(visit, request));
    route('GET', '/cart', ({ state, session }) => ({
      title: 'Cart',
      body: pages.cartPage(state, itemsOf(state, session), session.code),
    }));
    // Shopify's shareable link: the code is kept for the visit, and looked at when there is something to take it off.
    route('GET', '/discount/:code', ({ session }, request) => {
      session.code = (request.params as { code: string }).code;
      return localPath((request.query as Form)['redirect'], '/');
    });
    route('POST', '/cart/add', ({ state, session }, request) => {
      const { product = '', quantity = '' } = formOf(request);
      if (state.products.has(Number(product))) {
        setPieces(session, Number(product), (session.cart.get(Number(product)) ?? 0) + Number(quantity));
      }
      return '/cart';
    });
    route('POST', '/cart/update', ({ session }, request) => {
      for (const [name, quantity] of Object.entries(formOf(request))) {
        const id = Number(name.replace('quantity-', ''));
        if (session.cart.has(id)) setPieces(session, id, Number(quantity));
      }
      return '/cart';
    });
    route('GET', '/checkout', (visit) => checkoutPage(world, visit));
    route('POST', '/checkout/code', (visit, request) => {
      visit.session.code = (formOf(request)['code'] ?? '').trim();
      return '/checkout';
    });
    route('POST', '/checkout', (visit, request) => checkOut(world, visit, formOf(request)));
    route('GET', '/orders/:order', ({ state }, request) => {
      const order = state.orders.find(Number((request.params as { order: string }).order));
      if (!order) return notFound();
      return { title: `Order #${order.number}`, body: pages.orderPage(state, order) };
    });
    const logIn = ({ state }: Visit, returnUrl?: string, notice?: string): Page => ({
      title: 'Account',
      body: pages.loginPage(state, localPath(returnUrl, '/account')),
      notice,
    });
    route('GET', '/account', (visit) =>
      visit.customer
        ? {
            title: 'Your account',
            body: pages.accountPage(visit.state, ordersOf(visit.state, visit.customer.id), visit.customer),
          }
        : logIn(visit),
    );
    for (const path of ['/account/login', '/account/register']) {
      route('GET', path, (visit, request) => {
        const returnUrl = (request.query as Form)['return_url'];
        return visit.customer ? localPath(returnUrl, '/account') : logIn(visit, returnUrl);
      });
    }
    route('POST', '/account/login', (visit, request, reply) => {
      const { email = '', return_url: returnUrl } = formOf(request);
      const customer = findCustomerByEmail(visit.state, email);
      if (!customer) return logIn(visit, returnUrl, 'There is no account with this e-mail.');
      startSession(sessions, reply, { ...visit.session, customerId: customer.id });
      return localPath(returnUrl, '/account');
    });
    route('POST', '/account/register', (visit, request, reply) => {
      const { email = '', firstName = '', lastName = '', return_url: returnUrl } = formOf(request);
      const facts = { email: email.trim().toLowerCase(), firstName, lastName };
      const result = createCustomer(world, visit.state, facts);
      if (result.outcome === 'refused') return logIn(visit, returnUrl, result.message);
      startSession(sessions, reply, { ...visit.session, customerId: result.customer.id });
      return localPath(returnUrl, '/account');
    });
    route('POST', '/account/logout', ({ session }, _request, reply) => {
      startSession(sessions, reply, { ...session, customerId: null });
      return '/';
    });
  });
}

function serve(world: World, sessions: Sessions, handler: Handler, request: FastifyRequest, reply: FastifyReply) {
  const state = findShopOf(world, request);
  if (!state) return reply.code(404).type('text/plain').send('There is no shop at this address.\n');
  const session = ensureSession(sessions, request, reply);
  const customer = session.customerId === null ? undefined : state.customers.find(session.customerId);
  const { embed, locale } = request.query as Form;
  if (locale && LOCALE.test(locale)) session.locale = locale;
  const visit: Visit = {
    state,
    session,
    customer,
    embed: embed === 'off' ? undefined : findEmbed(world, state),
    nonce: world.random.hex(32),
  };
  const answer = handler(visit, request, reply);
  if (typeof answer === 'string') return reply.redirect(answer, 303);
  return reply
    .code(answer.title === NOT_FOUND ? 404 : 200)
    .header('Content-Security-Policy', contentSecurityPolicy(visit, world.appUrl))
    .header('X-Content-Type-Options', 'nosniff')
    .type('text/html; charset=utf-8')
    .send(layout(visit, answer));
}

function productPage({ state }: Visit, request: FastifyRequest): Page {
  const { handle } = request.params as { handle: string };
  const product = [...state.products.values()].find((one) => one.handle === handle);
  return product ? { title: product.title, body: pages.productPage(state, product) } : notFound();
}

function checkoutPage(world: World, { state, session, customer }: Visit, notice?: string): Page | string {
  const items = itemsOf(state, session);
  if (items.length === 0) return '/cart';
  const cart = {
    lines: items.map(({ product, quantity }) => ({ ...product, quantity })),
    shippingMinor: pages.shippingMinorOf(state, items),
    customerId: customer?.id ?? null,
  };
  const applied = session.code ? applyCode(state, session.code, cart, world.clock.now()) : undefined;
  const { code } = session;
  const refused = applied?.outcome === 'refused' ? applied.reason : undefined;
  return {
    title: 'Checkout',
    body: pages.checkoutPage(state, { items, customer, code, applied }),
    notice: notice ?? refused,
  };
}

function checkOut(world: World, visit: Visit, form: Form): Page | string {
  const { state, session, customer } = visit;
  const items = itemsOf(state, session);
  if (items.length === 0) return '/cart';
  const shop = getShop(state);
  const email = (form['email'] ?? '').trim().toLowerCase();
  const result = placeOrder(world, state, {
    customer: customer ?? findCustomerByEmail(state, email),
    email,
    lines: items.map(({ product: { id: productId, title, sku, vendor, priceMinor, giftCard }, quantity }) => ({
      productId,
      title,
      sku,
      vendor,
      priceMinor,
      giftCard,
      quantity,
    })),
    shippingMinor: pages.shippingMinorOf(state, items),
    taxRate: 0,
    taxesIncluded: shop.taxesIncluded,
    currency: shop.currency,
    code: session.code || undefined,
    test: false,
    paid: true,
    gateway: 'shopify_payments',
    giftCardMinor: 0,
    sourceName: 'web',
    tags: [],
    note: null,
  });
  if (result.outcome === 'code-refused') return checkoutPage(world, visit, result.reason);
  session.cart.clear();
  session.code = '';
  return `/orders/${result.order.id}`;
}

function itemsOf(state: ShopState, session: Session): pages.CartItem[] {
  return [...session.cart].flatMap(([id, quantity]) => {
    const product = state.products.find(id);
    return product ? [{ product, quantity }] : [];
  });
}

function setPieces(session: Session, productId: number, pieces: number): void {
  if (!Number.isInteger(pieces) || pieces <= 0) session.cart.delete(productId);
  else session.cart.set(productId, Math.min(pieces, PIECES_MAX));
}

function formOf(request: FastifyRequest): Form {
  return (request.body as Form | null) ?? {};
}

const NOT_FOUND = 'Page not found';

function notFound(): Page {
  return { title: NOT_FOUND, body: html`<p><a href="/">See the products</a></p>` };
}
