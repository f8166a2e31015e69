import { showToast as showOwnToast } from '@loyalnest/ui/toast';
import { appBridge } from './app-bridge.ts';

/** Tells in passing what was done. In Shopify's admin the admin shows it, elsewhere the page itself. */
export function showToast(message: string, { isError = false } = {}): void {
  const bridge = appBridge();
  if (bridge) bridge.toast.show(message, { isError });
  else showOwnToast({ message, isError });
}
