import { useSyncExternalStore } from 'react';
import { appBridge } from './app-bridge.ts';

type Toast = { id: number; message: string; isError: boolean };

const durationMs = 5_000;
let shown: Toast | undefined;
let lastId = 0;
const listeners = new Set<() => void>();

/** Tells in passing what was done. In Shopify's admin the admin shows it, elsewhere `ToastRegion`. */
export function showToast(message: string, { isError = false } = {}): void {
  const bridge = appBridge();
  if (bridge) {
    bridge.toast.show(message, { duration: durationMs, isError });
    return;
  }
  const id = (lastId += 1);
  change({ id, message, isError });
  setTimeout(() => {
    if (shown?.id === id) change(undefined);
  }, durationMs);
}

/** Belongs into the page once: screen readers hear only what changes in a region that was there before. */
export function ToastRegion() {
  const toast = useSyncExternalStore(subscribe, () => shown);
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-4 z-50 flex justify-center"
    >
      {toast && (
        <p
          key={toast.id}
          className={`rounded-lg px-4 py-2 text-sm text-white shadow-lg ${toast.isError ? 'bg-red-800' : 'bg-neutral-900'}`}
        >
          {toast.message}
        </p>
      )}
    </div>
  );
}

function change(toast: Toast | undefined): void {
  shown = toast;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
