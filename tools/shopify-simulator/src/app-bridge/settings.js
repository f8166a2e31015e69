/**
 * @typedef {{ apiKey: string, shop: string, host: string, locale: string, appOrigins: string[], disabledFeatures: string[] }} Settings
 */

const STORAGE_KEY = 'app-bridge-config';

/** App Bridge has to come before the app: the first script of the page, loaded at once. */
export function checkScriptTag(/** @type {HTMLScriptElement | null} */ script) {
  const isFirst = script !== null && document.querySelector('script') === script;
  if (isFirst && !script.async && !script.defer && script.type !== 'module') return;
  throw new Error(
    'App Bridge must be the first <script> of the page and must be loaded without async, defer or type="module".',
  );
}

/**
 * Meta tags say what the app is, the address says where it was opened. Pages that the app goes to by itself have no such
 * address; what the first one had is kept for the visit.
 * @returns {Settings}
 */
export function readSettings() {
  const query = new URLSearchParams(location.search);
  const kept = readKept();
  const apiKey = meta('api-key');
  if (!apiKey)
    throw new Error('App Bridge: missing required configuration fields: apiKey (<meta name="shopify-api-key">)');
  const shop = meta('shop') || query.get('shop') || kept.shop || '';
  const host = meta('host') || query.get('host') || kept.host || '';
  const locale = meta('locale') || query.get('locale') || kept.locale || 'en-US';
  if (!shop || !host) throw new Error('App Bridge: missing required configuration fields: shop, host');
  const settings = {
    apiKey,
    shop,
    host,
    locale,
    appOrigins: list(meta('app-origins')),
    disabledFeatures: list(meta('disabled-features')),
  };
  keep(settings);
  return settings;
}

/** @param {string} name */
function meta(name) {
  return document.querySelector(`meta[name="shopify-${name}"]`)?.getAttribute('content') ?? '';
}

/** @param {string} text */
function list(text) {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

/** @returns {{ shop?: string, host?: string, locale?: string }} */
function readKept() {
  try {
    return JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? '{}');
  } catch {
    return {};
  }
}

/** @param {Settings} settings */
function keep({ shop, host, locale }) {
  try {
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify({ shop, host, locale }));
  } catch {
    // A browser that stores nothing for frames opens each page with its address.
  }
}
