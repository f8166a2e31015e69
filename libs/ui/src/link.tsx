import type { ReactNode } from 'react';
import { Link as RouterLink } from 'react-router';

type LinkProps = { to: string; isNewTab?: boolean; children: ReactNode };

/** Inside running text a link is underlined, so that it differs by more than its colour. */
export function Link({ to, isNewTab = false, children }: LinkProps) {
  return (
    <RouterLink
      to={to}
      {...(isNewTab && { target: '_blank' })}
      className="rounded-sm text-link underline hover:text-link-hover"
    >
      {children}
    </RouterLink>
  );
}
