import type { ShopifyGlobal } from '@shopify/app-bridge-types';
import { Problem } from '../api/problem.ts';

/** App Bridge answers at once while the admin is there; a token that does not come in this time will not come. */
const tokenTimeoutMs = 10_000;

/** Shopify's App Bridge, which the admin's frame gives to the page; nothing outside of it. */
export function appBridge(): ShopifyGlobal | undefined {
  return isInAdmin() ? window.shopify : undefined;
}

/** The admin shows the app in a frame, the mobile admin in a view of its own. App Bridge alone says little: its script loads anywhere. */
function isInAdmin(): boolean {
  return (
    window.shopify !== undefined && (window.self !== window.top || /Shopify (Mobile|POS)/.test(navigator.userAgent))
  );
}

/** A session token for one request. App Bridge renews it by itself. */
export async function getSessionToken(): Promise<string> {
  const bridge = appBridge();
  if (!bridge) throw new Problem('no-session', 0, 'not opened from Shopify admin');
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Problem('no-session', 0, 'Shopify admin gave no token')), tokenTimeoutMs);
  });
  try {
    return await Promise.race([bridge.idToken(), timeout]);
  } catch (error) {
    // Without a network the admin gets no token either; then that is what is wrong.
    throw new Problem(navigator.onLine ? 'no-session' : 'network', 0, String(error));
  } finally {
    clearTimeout(timer);
  }
}

/** The language of the person in Shopify's admin, such as `pt-BR`. */
export function adminLocale(): string | undefined {
  return appBridge()?.config.locale ?? new URLSearchParams(location.search).get('locale') ?? undefined;
}

const adminHosts = /^(admin\.shopify\.com|[\w-]+\.myshopify\.com|localhost|127\.0\.0\.1|[\w-]+\.localhost)$/;

/**
 * Where in Shopify's admin the app can be opened, for a page that was not opened from there. The address may name the admin
 * (`host`) or the shop; what it names is followed only if it is Shopify's, or this machine's.
 */
export function adminUrl(search: string, apiKey: string | null): string {
  const parameters = new URLSearchParams(search);
  const app = apiKey ? `/apps/${encodeURIComponent(apiKey)}` : '/apps';
  const admin = adminOf(parameters.get('host'));
  if (admin) return admin + app;
  const name = /^([\w-]+)\.myshopify\.com$/.exec(parameters.get('shop') ?? '')?.[1];
  return name ? `https://admin.shopify.com/store/${name}${app}` : 'https://admin.shopify.com';
}

function adminOf(host: string | null): string | undefined {
  if (!host) return undefined;
  try {
    const decoded = atob(host.replaceAll('-', '+').replaceAll('_', '/'));
    const url = new URL(`https://${decoded}`);
    if (!adminHosts.test(url.hostname)) return undefined;
    const isHere = /^(localhost|127\.0\.0\.1|[\w-]+\.localhost)$/.test(url.hostname);
    return `${isHere ? 'http' : 'https'}://${url.host}${url.pathname.replace(/\/$/, '')}`;
  } catch {
    return undefined;
  }
}
