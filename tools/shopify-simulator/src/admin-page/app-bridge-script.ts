import { browserScript } from './browser-script.ts';

/** What `https://cdn.shopify.com/shopifycloud/app-bridge.js` is at Shopify. */
export const APP_BRIDGE = browserScript(new URL('../app-bridge/', import.meta.url), [
  'channel.js',
  'id-token.js',
  'app-fetch.js',
  'app-path.js',
  'not-simulated.js',
  'settings.js',
  'nav-menu.js',
  'title-bar.js',
  'save-bar.js',
  'modal.js',
  'toast.js',
  'navigation.js',
  'entry.js',
]);
