import type { ReactNode } from 'react';

export type Tone = 'base' | 'info' | 'success' | 'warning' | 'critical';

const tones: Record<Tone, string> = {
  base: 'bg-fill-tertiary text-ink',
  info: 'bg-fill-info text-ink-info',
  success: 'bg-fill-success text-ink-success',
  warning: 'bg-fill-warning text-ink-warning',
  critical: 'bg-fill-danger text-ink-critical',
};

export function Badge({ tone = 'base', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span
      className={`inline-flex items-center rounded-md px-2 py-0.5 text-sm font-medium sm:whitespace-nowrap ${tones[tone]}`}
    >
      {children}
    </span>
  );
}
