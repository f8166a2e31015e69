import { createChannel } from '../../app-bridge/channel.js';
import { createAppNavigation } from './app-navigation.js';
import { startChrome } from './chrome.js';
import { createContextualBar } from './contextual-bar.js';
import { createTitle } from './title.js';
import { createToastArea } from './toasts.js';

startChrome();
const place = document.getElementById('app-frame');
if (place) openFrame(place);

/** @param {HTMLElement} place */
function openFrame(place) {
  const { src = '', base = '', prefix = '', internal = '', store = '', appName = '' } = place.dataset;
  const appOrigin = new URL(src).origin;
  const frame = document.createElement('iframe');
  frame.title = appName;
  frame.name = 'app-iframe';
  frame.allow = 'clipboard-write';

  /** @type {import('../../app-bridge/channel.js').Handlers} */
  const handlers = {};
  const channel = createChannel((message) => frame.contentWindow?.postMessage(message, appOrigin), handlers);
  const toasts = createToastArea({
    onAction: (id) => channel.tell('toast.action', { id }),
    onDismissed: (id) => channel.tell('toast.dismissed', { id }),
  });
  const bar = createContextualBar({
    press: (id, which) => channel.tell('saveBar.press', { id, which }),
    onLeft: (id) => channel.tell('saveBar.left', { id }),
  });
  const title = createTitle({ appName, press: (index) => channel.tell('titleBar.press', { index }) });
  const navigation = createAppNavigation({
    addressOf: (path) => addressOf(path),
    appUrl: src,
    open: (item) => void navigate(item.href),
  });

  /** The app's page in the admin's address bar. */
  const addressOf = (/** @type {string} */ path) => {
    const own = path.startsWith(prefix) ? path.slice(prefix.length) : path;
    return `${base}${own === '/' ? '' : own}`;
  };

  // The frame's own history has an entry for it already; another one here would make Back do nothing once.
  const follow = (/** @type {string} */ path) => {
    navigation.at(path);
    // While there are unsaved changes, the admin stays where they were made, as at Shopify.
    if (bar.isShown()) return;
    history.replaceState(null, '', addressOf(path));
  };

  const navigate = async (/** @type {string} */ href) => {
    if (!(await bar.mayLeave())) return;
    document.getElementById('menu')?.setAttribute('aria-expanded', 'false');
    document.body.classList.remove('menu-open');
    if (await channel.ask('navigate', { href })) return;
    const url = new URL(href, src);
    location.assign(addressOf(`${url.pathname}${url.search}`));
  };

  const leaveTo = async (/** @type {string} */ address) => {
    if (await bar.mayLeave()) location.assign(address);
  };

  const openAdminPage = (/** @type {string} */ url, /** @type {string} */ target) => {
    const match = /^shopify:\/*admin(\/.*)?$/.exec(url);
    if (!match) throw new Error(`${url} is not simulated`);
    const address = `${store}${match[1] ?? ''}`;
    if (target === '_blank') open(address, '_blank', 'noopener');
    else void leaveTo(address);
  };

  const report = (/** @type {string} */ message) =>
    fetch(`${internal}/problems`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ path: location.pathname.slice(base.length) || '/', message }),
    });

  Object.assign(handlers, {
    hello: () => {
      // Another page of the app has begun; what the one before had open is gone with it.
      bar.reset();
      showLoading(false);
    },
    idToken: () => fetchIdToken(`${internal}/id-token`),
    user: () => JSON.parse(place.dataset['user'] ?? '{}'),
    scopes: () => JSON.parse(place.dataset['scopes'] ?? '{}'),
    path: (/** @type {{ path: string }} */ { path }) => follow(path),
    nav: navigation.set,
    titleBar: title.set,
    loading: (/** @type {{ isLoading: boolean }} */ { isLoading }) => showLoading(isLoading),
    'toast.show': toasts.show,
    'toast.hide': (/** @type {{ id: string }} */ { id }) => toasts.dismiss(id),
    'saveBar.show': bar.show,
    'saveBar.hide': bar.hide,
    leaveConfirmation: bar.mayLeave,
    open: (/** @type {{ url: string, target: string }} */ { url, target }) => openAdminPage(url, target),
    problem: (/** @type {{ message: string }} */ { message }) => report(message),
  });

  addEventListener('message', (event) => {
    if (event.origin === appOrigin && event.source === frame.contentWindow) channel.receive(event.data);
  });
  for (const link of document.querySelectorAll('nav a[href], header a[href]')) {
    link.addEventListener('click', (event) => {
      if (!bar.isShown() || event.defaultPrevented) return;
      event.preventDefault();
      void leaveTo(/** @type {HTMLAnchorElement} */ (link).href);
    });
  }
  frame.src = src;
  place.append(frame);
}

/** @param {string} address */
async function fetchIdToken(address) {
  const response = await fetch(address, { method: 'POST' });
  if (!response.ok) throw new Error('the admin has no id token: the merchant is offline or signed out');
  return (await response.json()).idToken;
}

/** @param {boolean} isLoading */
function showLoading(isLoading) {
  const progress = document.getElementById('loading');
  if (progress) progress.hidden = !isLoading;
}
