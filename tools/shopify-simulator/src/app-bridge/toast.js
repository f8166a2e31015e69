/** @import { Channel } from './channel.js' */
/** @import { ToastOptions } from '@shopify/app-bridge-types' */

/**
 * Messages in the admin's page, which outlive the app's.
 * @param {Channel} channel
 */
export function createToasts(channel) {
  /** @type {Map<string, ToastOptions>} */
  const shown = new Map();
  let count = 0;

  return {
    api: {
      /** @param {string} message @param {ToastOptions} [options] */
      show(message, options = {}) {
        const id = `toast-${++count}`;
        shown.set(id, options);
        const { duration, isError, action } = options;
        channel.tell('toast.show', { id, message, duration, isError: isError === true, action });
        return id;
      },
      hide: (/** @type {string} */ id) => channel.tell('toast.hide', { id }),
    },
    handlers: {
      'toast.action': (/** @type {{ id: string }} */ { id }) => shown.get(id)?.onAction?.(),
      'toast.dismissed': (/** @type {{ id: string }} */ { id }) => {
        shown.get(id)?.onDismiss?.();
        shown.delete(id);
      },
    },
  };
}
