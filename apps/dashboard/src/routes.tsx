import { lazy, type ComponentType } from 'react';
import { createBrowserRouter, matchPath } from 'react-router';
import { NotFoundPage } from './shell/NotFoundPage.tsx';
import { PageError } from './shell/PageError.tsx';
import { throwUnlessReloading } from './shell/reload.ts';
import { Shell } from './shell/Shell.tsx';

/** Each page is a file of its own, which comes when somebody goes there. */
const pages: Readonly<Record<string, () => Promise<ComponentType>>> = {
  '/': async () => (await import('./pages/welcome/WelcomePage.tsx')).WelcomePage,
  '/customers': async () => (await import('./pages/customers/CustomersPage.tsx')).CustomersPage,
  '/customers/:customerId': async () => (await import('./pages/customers/CustomerPage.tsx')).CustomerPage,
  '/programme': async () => (await import('./pages/settings/SettingsPage.tsx')).SettingsPage,
  '/activity': async () => (await import('./pages/activity/ActivityPage.tsx')).ActivityPage,
  '/ledger-health': async () => (await import('./pages/ledger-health/LedgerHealthPage.tsx')).LedgerHealthPage,
};

export function createRouter() {
  const routes = Object.entries(pages).map(([path, load]) => ({
    path,
    Component: lazy(async () => ({ default: await load().catch(throwUnlessReloading) })),
  }));
  return createBrowserRouter([
    {
      Component: Shell,
      ErrorBoundary: PageError,
      children: [
        {
          // A page that fails leaves the navigation standing.
          ErrorBoundary: PageError,
          children: [...routes, { path: '*', Component: NotFoundPage }],
        },
      ],
    },
  ]);
}

/** Sends for a page's file before anything is drawn. If it does not come, the page says so when it is drawn. */
export function preloadPage(pathname: string): void {
  const found = Object.entries(pages).find(([path]) => matchPath(path, pathname));
  found?.[1]().catch(() => undefined);
}
