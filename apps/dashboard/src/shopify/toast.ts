import { showToast as showOwnToast, type ToastMessage } from '@loyalnest/ui/toast';
import { appBridge } from './app-bridge.ts';

/** Tells in passing what was done, and may offer to undo it. In Shopify's admin the admin shows it, elsewhere the page itself. */
export function showToast(message: string, { isError = false, action }: Omit<ToastMessage, 'message'> = {}): void {
  const bridge = appBridge();
  const button = action && { action: action.label, onAction: action.run };
  if (bridge) bridge.toast.show(message, { isError, ...button });
  else showOwnToast({ message, isError, ...(action && { action }) });
}
