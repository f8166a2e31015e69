import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { installApp } from '../commerce/installing.ts';
import { acceptForms } from '../http/form-body.ts';
import { html } from '../storefront/html.ts';
import { createSessionToken } from '../oauth/session-token.ts';
import { getShop } from '../state/shop-state.ts';
import { isInstalled, type World } from '../world.ts';
import type { Script } from './browser-script.ts';
import { APP_BRIDGE } from './app-bridge-script.ts';
import { appAddress, handleOf } from './app-address.ts';
import { checkFrame } from './frame-check.ts';
import * as pages from './pages.ts';
import { ADMIN_SCRIPT, ADMIN_STYLES, shell, type AdminPage, type AdminVisit } from './shell.ts';
import { saveThemeEditor, themeEditorPage } from './theme-editor.ts';
import { findLocale, findStaff, staffOf } from './staff.ts';

type Params = { shop: string; app: string; id: string };

/** An id token of the past: made so long ago, it expired a minute ago. */
const EXPIRED_AGE_S = 120;
const COOKIE = '_simulator_admin';
const problem = z.object({ path: z.string().max(2_000), message: z.string().max(2_000) });

/** `/store/{shop}`: the shop's admin, with the app in its frame, as at admin.shopify.com. */
export function registerAdminPage(app: FastifyInstance, world: World): void {
  app.get('/shopifycloud/app-bridge.js', (request, reply) => sendScript(request, reply, APP_BRIDGE));
  app.get('/store-assets/admin.js', (request, reply) => sendScript(request, reply, ADMIN_SCRIPT));
  app.get('/store-assets/admin.css', (_request, reply) => reply.type('text/css').send(ADMIN_STYLES));

  const page = (path: string, make: (visit: AdminVisit, request: FastifyRequest) => AdminPage | undefined) =>
    app.get(path, (request, reply) => {
      const visit = findVisit(world, request);
      if (!visit) return notFound(reply);
      if (takeControls(visit, request, reply)) return reply;
      return sendPage(world, visit, reply, make(visit, request));
    });
  const storeOf = ({ state }: AdminVisit) => `/store/${handleOf(state)}`;
  const idOf = (request: FastifyRequest) => Number((request.params as Params).id);

  for (const path of ['/store/:shop', '/store/:shop/']) {
    page(path, ({ state }) => ({ title: 'Home', section: 'home', body: pages.homePage(state) }));
  }
  page('/store/:shop/orders', (visit) => ({
    title: 'Orders',
    section: 'orders',
    body: pages.ordersPage(visit.state, storeOf(visit)),
  }));
  page('/store/:shop/orders/:id', (visit, request) => {
    const order = visit.state.orders.find(idOf(request));
    if (!order) return undefined;
    return { title: `#${order.number}`, section: 'orders', body: pages.orderPage(visit.state, storeOf(visit), order) };
  });
  page('/store/:shop/customers', (visit) => ({
    title: 'Customers',
    section: 'customers',
    body: pages.customersPage(visit.state, storeOf(visit)),
  }));
  page('/store/:shop/customers/:id', (visit, request) => {
    const customer = visit.state.customers.find(idOf(request));
    if (!customer) return undefined;
    const body = pages.customerPage(visit.state, storeOf(visit), customer);
    return { title: 'Customer', section: 'customers', body };
  });
  page('/store/:shop/products', ({ state }) => ({
    title: 'Products',
    section: 'products',
    body: pages.productsPage(state),
  }));
  page('/store/:shop/themes/current/editor', ({ state }, request) => ({
    title: 'Customize theme',
    section: 'none',
    body: themeEditorPage(world, state, request.query as Record<string, string>),
  }));
  void app.register(async (scope) => {
    acceptForms(scope);
    scope.post('/store/:shop/themes/current/editor', (request, reply) => {
      const visit = findVisit(world, request);
      if (!visit) return notFound(reply);
      saveThemeEditor(visit.state, (request.body ?? {}) as Record<string, string>);
      return reply.redirect(`${storeOf(visit)}/themes/current/editor?context=apps`, 303);
    });
  });

  for (const path of ['/store/:shop/apps/:app', '/store/:shop/apps/:app/*']) {
    app.get(path, (request, reply) => openFrame(world, request, reply));
  }
  app.post('/store/:shop/_/id-token', (request, reply) => giveIdToken(world, request, reply));
  app.post('/store/:shop/_/problems', (request, reply) => {
    const visit = findVisit(world, request);
    if (!visit) return notFound(reply);
    const parsed = problem.safeParse(request.body);
    if (!parsed.success) return reply.code(400).send({ error: 'path and message are missing' });
    const { path, message } = parsed.data;
    world.frameChecks.record({ shop: visit.state.domain, path, outcome: 'failed', reason: message });
    return reply.code(204).send();
  });
}

/** The app's page in the admin. Opening the app for the first time installs it: Shopify's managed installation. */
async function openFrame(world: World, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const visit = findVisit(world, request);
  if (!visit) return notFound(reply);
  const { state, user, locale } = visit;
  const { app } = request.params as Params;
  const store = `/store/${handleOf(state)}`;
  const base = `${store}/apps/${world.toml.handle}`;
  const path = request.url.slice(`${store}/apps/${app}`.length);
  if (app === world.clientId) return reply.redirect(`${base}${path}`, 303);
  if (app !== world.toml.handle) return sendPage(world, visit, reply, undefined);
  if (takeControls(visit, request, reply)) return reply;

  if (!isInstalled(state)) installApp(world, state, world.toml.scopes);
  const opening = { path: path.startsWith('/') ? path : `/${path}`, adminHost: request.host, locale, userId: user.id };
  const src = await appAddress(world, state, opening);
  const check = await checkFrame(world, state, {
    address: src,
    adminOrigin: `http://${request.host}`,
    path: opening.path,
    userAgent: request.headers['user-agent'] ?? '',
  });
  const { name } = world.toml;
  if (check.reason !== null) {
    void reply.code(502);
    const body = pages.refusedPage(name, `${name}: ${check.reason}`);
    return sendPage(world, visit, reply, { title: name, section: 'app', body });
  }
  const scopes = { granted: getShop(state).installation?.scopes ?? [], required: world.toml.scopes, optional: [] };
  const { id, email, isOwner } = user;
  const facts = { id, name: user.name, email, accountAccess: isOwner ? 'full' : 'limited' };
  const body = html`<div class="app-title">
      <h1 id="app-title">${name}</h1>
      <div id="app-actions"></div>
    </div>
    <div
      id="app-frame"
      data-src="${src}"
      data-base="${base}"
      data-prefix="${world.toml.path}"
      data-store="${store}"
      data-internal="${store}/_"
      data-app-name="${name}"
      data-user="${JSON.stringify(facts)}"
      data-scopes="${JSON.stringify(scopes)}"
    ></div>`;
  return sendPage(world, visit, reply, { title: name, section: 'app', body });
}

/** What App Bridge gets when it asks the admin for an id token. */
async function giveIdToken(world: World, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const visit = findVisit(world, request);
  if (!visit || !isInstalled(visit.state)) return notFound(reply);
  const { state, user } = visit;
  if (world.faults.isAdminOffline(state.domain)) return reply.code(503).send({ error: 'the merchant is offline' });
  const ageS = world.faults.takeExpiredToken(state.domain) ? EXPIRED_AGE_S : 0;
  void reply.header('Cache-Control', 'no-store');
  return reply.send({ idToken: await createSessionToken(world, state, { userId: user.id, ageS }) });
}

function findVisit(world: World, request: FastifyRequest): AdminVisit | undefined {
  const { shop } = request.params as Params;
  const state = world.store.findShop(`${shop.toLowerCase()}.myshopify.com`);
  if (!state) return undefined;
  const [, locale = '', user = ''] =
    /(?:^|;\s*)_simulator_admin=([\w-]+)\.(\d+)/.exec(request.headers.cookie ?? '') ?? [];
  const { port } = new URL(`http://${request.host}`);
  return {
    state,
    locale: findLocale(locale) ?? 'en',
    user: findStaff(state, user) ?? staffOf(state)[0],
    storefront: `http://${handleOf(state)}.localhost${port ? `:${port}` : ''}/`,
  };
}

/** `?locale=ar&user=2` chooses language and member of staff for this browser, and leaves the address. */
function takeControls(visit: AdminVisit, request: FastifyRequest, reply: FastifyReply): boolean {
  const url = new URL(request.url, 'http://admin.invalid');
  const { searchParams: query } = url;
  if (!query.has('locale') && !query.has('user')) return false;
  const locale = findLocale(query.get('locale') ?? '') ?? visit.locale;
  const user = findStaff(visit.state, query.get('user') ?? '') ?? visit.user;
  query.delete('locale');
  query.delete('user');
  void reply
    .header('Set-Cookie', `${COOKIE}=${locale}.${user.id}; Path=/store; HttpOnly; SameSite=Lax`)
    .redirect(`${url.pathname}${url.search}`, 303);
  return true;
}

function sendPage(world: World, visit: AdminVisit, reply: FastifyReply, page: AdminPage | undefined): FastifyReply {
  if (!page) void reply.code(404);
  const found = page ?? { title: 'Not found', section: 'none' as const, body: pages.missingPage() };
  return reply
    .header('Content-Security-Policy', contentSecurityPolicy(world.appUrl))
    .header('X-Content-Type-Options', 'nosniff')
    .header('Referrer-Policy', 'origin-when-cross-origin')
    .header('Cache-Control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(shell(world, visit, found));
}

function contentSecurityPolicy(appUrl: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    `frame-src ${new URL(appUrl).origin}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).type('text/plain').send('There is no such shop.\n');
}

/** As from Shopify's CDN: compressed, for pages of any origin, and kept by browsers for a while. */
function sendScript(request: FastifyRequest, reply: FastifyReply, script: Script): FastifyReply {
  const isZipped = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  if (isZipped) void reply.header('Content-Encoding', 'gzip');
  return reply
    .header('Vary', 'Accept-Encoding')
    .header('Cache-Control', 'public, max-age=300')
    .header('Access-Control-Allow-Origin', '*')
    .header('Cross-Origin-Resource-Policy', 'cross-origin')
    .header('Timing-Allow-Origin', '*')
    .type('text/javascript; charset=utf-8')
    .send(isZipped ? script.zipped : script.text);
}
