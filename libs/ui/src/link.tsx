import type { ReactNode } from 'react';
import { Link as RouterLink } from 'react-router';

/** Inside running text a link is underlined, so that it differs by more than its colour. */
export function Link({ to, children }: { to: string; children: ReactNode }) {
  return (
    <RouterLink to={to} className="rounded-sm text-link underline hover:text-link-hover">
      {children}
    </RouterLink>
  );
}
