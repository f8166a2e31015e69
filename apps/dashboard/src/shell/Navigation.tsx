import { createElement, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, useNavigate } from 'react-router';

/** Shopify's admin draws the navigation beside the app, where App Bridge brings the element for it. */
function isDrawnByAdmin(): boolean {
  return customElements.get('ui-nav-menu') !== undefined;
}

export function Navigation() {
  const { t } = useTranslation();
  useAdminNavigation();
  const places = [
    { to: '/', label: t('shell.home') },
    { to: '/customers', label: t('shell.customers') },
    { to: '/programme', label: t('shell.programme') },
    { to: '/activity', label: t('shell.activity') },
    { to: '/ledger-health', label: t('shell.ledgerHealth') },
  ];
  if (isDrawnByAdmin()) {
    return createElement(
      'ui-nav-menu',
      null,
      places.map(({ to, label }) => (
        <a key={to} href={to} rel={to === '/' ? 'home' : undefined}>
          {label}
        </a>
      )),
    );
  }
  return (
    <header className="border-b border-line bg-surface">
      <nav
        aria-label={t('shell.navigation')}
        className="mx-auto flex max-w-[62.375rem] items-center overflow-x-auto px-2 md:px-4"
      >
        <ul className="flex gap-1 py-1.5">
          {places.map(({ to, label }) => (
            <li key={to}>
              <NavLink
                to={to}
                end={to === '/'}
                className="flex min-h-7 items-center rounded-md px-3 text-sm font-medium whitespace-nowrap text-ink no-underline hover:bg-fill-transparent-hover aria-[current=page]:bg-fill-tertiary"
              >
                {label}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
    </header>
  );
}

/** A press in the admin's navigation comes as an event, and is answered without loading the app anew. */
function useAdminNavigation(): void {
  const navigate = useNavigate();
  useEffect(() => {
    const go = (event: Event) => {
      const to = event.target instanceof Element ? event.target.getAttribute('href') : null;
      if (to?.startsWith('/')) void navigate(to);
    };
    document.addEventListener('shopify:navigate', go);
    return () => document.removeEventListener('shopify:navigate', go);
  }, [navigate]);
}
