import { XSmallIcon } from '@shopify/polaris-icons';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { Icon } from './icon.tsx';
import { useUiTexts } from './texts.tsx';

export type ToastMessage = {
  message: string;
  isError?: boolean;
  action?: { label: string; run: () => void };
};

type Toast = ToastMessage & { id: number };

/** Long enough to read it and to reach its button; a toast says nothing that is not on the page as well. */
const shownMs = 5_000;
const shownWithActionMs = 10_000;

/** Older ones make room. */
const toastsMax = 3;

let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

/** Shows a note at the foot of the window, for when Shopify's admin is not there to show one. */
export function showToast(toast: ToastMessage): void {
  set([...toasts, { ...toast, id: nextId++ }].slice(-toastsMax));
}

export function ToastRegion() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-0 bottom-0 z-(--p-z-index-12) flex flex-col items-center gap-2 p-4"
    >
      {shown.map((toast) => (
        <ToastItem key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function ToastItem({ toast }: { toast: Toast }) {
  const texts = useUiTexts();
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    if (isHeld) return undefined;
    const timer = setTimeout(() => dismiss(toast.id), toast.action ? shownWithActionMs : shownMs);
    return () => clearTimeout(timer);
  }, [isHeld, toast]);

  return (
    <div
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className={`pointer-events-auto flex max-w-full items-center gap-3 rounded-lg px-3 py-2 font-medium shadow-dialog ${toast.isError ? 'bg-fill-critical text-ink-on-brand' : 'bg-surface-inverse text-ink-inverse'}`}
    >
      <span>{toast.message}</span>
      {toast.action && (
        <button
          type="button"
          className="rounded-sm font-semibold underline outline-current"
          onClick={() => {
            toast.action?.run();
            dismiss(toast.id);
          }}
        >
          {toast.action.label}
        </button>
      )}
      <button
        type="button"
        aria-label={texts.close}
        className="rounded-sm outline-current"
        onClick={() => dismiss(toast.id)}
      >
        <Icon source={XSmallIcon} />
      </button>
    </div>
  );
}

function dismiss(id: number): void {
  set(toasts.filter((toast) => toast.id !== id));
}

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
