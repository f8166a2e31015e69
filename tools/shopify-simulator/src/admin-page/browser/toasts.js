/** @typedef {{ id: string, message: string, duration?: number, isError: boolean, action?: string }} Toast */

const DURATION_MS = 5_000;

/**
 * Short messages at the foot of the admin; errors are announced at once.
 * @param {{ onAction: (id: string) => void, onDismissed: (id: string) => void }} events
 */
export function createToastArea({ onAction, onDismissed }) {
  const polite = document.getElementById('toasts');
  const urgent = document.getElementById('toast-errors');
  /** @type {Map<string, HTMLElement>} */
  const shown = new Map();

  const dismiss = (/** @type {string} */ id) => {
    const toast = shown.get(id);
    if (!toast) return;
    shown.delete(id);
    toast.remove();
    onDismissed(id);
  };

  return {
    dismiss,
    show: (/** @type {Toast} */ { id, message, duration = DURATION_MS, isError, action }) => {
      const toast = document.createElement('div');
      toast.className = isError ? 'toast error' : 'toast';
      toast.append(Object.assign(document.createElement('span'), { textContent: message }));
      if (action) {
        const button = Object.assign(document.createElement('button'), { type: 'button', textContent: action });
        button.addEventListener('click', () => {
          onAction(id);
          dismiss(id);
        });
        toast.append(button);
      }
      const close = Object.assign(document.createElement('button'), { type: 'button', textContent: '✕' });
      close.ariaLabel = 'Dismiss';
      close.addEventListener('click', () => dismiss(id));
      toast.append(close);
      shown.set(id, toast);
      (isError ? urgent : polite)?.append(toast);
      setTimeout(() => dismiss(id), duration);
    },
  };
}
