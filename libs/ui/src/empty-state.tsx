import type { ReactNode } from 'react';
import { Icon, type IconSource } from './icon.tsx';

type EmptyStateProps = { icon?: IconSource; title: string; actions?: ReactNode; children?: ReactNode };

export function EmptyState({ icon, title, actions, children }: EmptyStateProps) {
  return (
    <div className="mx-auto flex max-w-96 flex-col items-center gap-2 px-4 py-10 text-center">
      {icon && (
        <span className="mb-1 rounded-full bg-surface-tertiary p-3">
          <Icon source={icon} tone="base" />
        </span>
      )}
      <p className="text-lg font-semibold">{title}</p>
      {children && <div className="text-ink-secondary">{children}</div>}
      {actions && <div className="mt-2 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  );
}
