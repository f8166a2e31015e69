import { createAppFetch } from './app-fetch.js';
import { appPath } from './app-path.js';
import { createChannel } from './channel.js';
import { createIdTokens } from './id-token.js';
import { defineModal } from './modal.js';
import { defineNavMenu, followNavLink, noticeNavigators } from './nav-menu.js';
import { followHistory, openAdminPages } from './navigation.js';
import { defineNotSimulated, notSimulated, reportRefusals } from './not-simulated.js';
import { defineSaveBar } from './save-bar.js';
import { checkScriptTag, readSettings } from './settings.js';
import { defineTitleBar, titleBarControls } from './title-bar.js';
import { createToasts } from './toast.js';

start();

function start() {
  const script = /** @type {HTMLScriptElement | null} */ (document.currentScript);
  checkScriptTag(script);
  const settings = readSettings();
  // The admin and this script come from one place, so nobody else's page can play the admin.
  const adminOrigin = new URL(script?.src ?? '').origin;
  if (window.top === window) return goToAdmin(adminOrigin, settings);
  connect(adminOrigin, settings);
}

/**
 * An embedded app that was opened by itself goes to where it belongs.
 * @param {string} adminOrigin
 * @param {ReturnType<typeof readSettings>} settings
 */
function goToAdmin(adminOrigin, { shop, apiKey, disabledFeatures }) {
  if (disabledFeatures.includes('auto-redirect')) return;
  const path = appPath(location.href);
  location.replace(`${adminOrigin}/store/${shop.split('.')[0]}/apps/${apiKey}${path === '/' ? '' : path}`);
}

/**
 * @param {string} adminOrigin
 * @param {ReturnType<typeof readSettings>} settings
 */
function connect(adminOrigin, settings) {
  const { apiKey, shop, host, locale, appOrigins, disabledFeatures } = settings;
  const parent = window.parent;
  /** @type {import('./channel.js').Handlers} */
  const handlers = {};
  const channel = createChannel((message) => parent.postMessage(message, adminOrigin), handlers);
  addEventListener('message', (event) => {
    if (event.origin === adminOrigin && event.source === parent) channel.receive(event.data);
  });

  const tokens = createIdTokens({
    ask: async () => String(await channel.ask('idToken')),
    steadyNow: () => performance.now(),
  });
  const nativeFetch = window.fetch.bind(window);
  if (!disabledFeatures.includes('fetch')) {
    const pageUrl = () => location.href;
    window.fetch = createAppFetch({ fetch: nativeFetch, tokens, pageUrl, appOrigins, locale });
  }

  hideElements();
  noticeNavigators();
  const report = (/** @type {string} */ message) => channel.tell('problem', { message });
  reportRefusals(report);
  defineNotSimulated();
  const toasts = createToasts(channel);
  const saveBars = defineSaveBar(channel);
  const modal = defineModal();
  defineNavMenu(channel);
  defineTitleBar(channel);
  Object.assign(handlers, toasts.handlers, {
    navigate: (/** @type {{ href: string }} */ { href }) => followNavLink(href),
    'titleBar.press': (/** @type {{ index: number }} */ { index }) => titleBarControls()[index]?.click(),
    'saveBar.press': (/** @type {{ id: string, which: 'save' | 'discard' }} */ { id, which }) =>
      saveBars.find(id)?.press(which),
    'saveBar.left': (/** @type {{ id: string }} */ { id }) => saveBars.find(id)?.leave(),
  });

  /** @satisfies {typeof globalThis.shopify} */
  const shopify = {
    config: { apiKey, shop, host, locale, appOrigins, disabledFeatures },
    origin: adminOrigin,
    ready: channel.ask('hello').then(() => undefined),
    environment: { embedded: true, mobile: false, pos: false, intent: false },
    idToken: () => tokens.get(),
    user: async () => /** @type {Awaited<ReturnType<typeof globalThis.shopify.user>>} */ (await channel.ask('user')),
    loading: (isLoading) => channel.tell('loading', { isLoading: isLoading === true }),
    toast: toasts.api,
    saveBar: saveBars.api,
    modal,
    scopes: {
      query: async () =>
        /** @type {Awaited<ReturnType<typeof globalThis.shopify.scopes.query>>} */ (await channel.ask('scopes')),
      request: notSimulated('shopify.scopes.request'),
      revoke: notSimulated('shopify.scopes.revoke'),
    },
    setSignals: notSimulated('shopify.setSignals'),
    resourcePicker: notSimulated('shopify.resourcePicker'),
    scanner: notSimulated('shopify.scanner'),
    pos: notSimulated('shopify.pos'),
    intents: notSimulated('shopify.intents'),
    webVitals: notSimulated('shopify.webVitals'),
    support: notSimulated('shopify.support'),
    reviews: notSimulated('shopify.reviews'),
    picker: notSimulated('shopify.picker'),
    app: notSimulated('shopify.app'),
    shopifyQL: notSimulated('shopify.shopifyQL'),
    tools: notSimulated('shopify.tools'),
  };
  window.shopify = shopify;
  followHistory(channel);
  openAdminPages(channel);
  addEventListener('error', ({ message, error }) => error && report(message));
  addEventListener('unhandledrejection', ({ reason }) => report(String(reason)));
}

/** The elements are for the admin; in the app there is nothing to see of them. */
function hideElements() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    'ui-nav-menu, s-app-nav, ui-title-bar, ui-save-bar, ui-modal:not([data-open]) { display: none !important }',
  );
  document.adoptedStyleSheets.push(sheet);
}
