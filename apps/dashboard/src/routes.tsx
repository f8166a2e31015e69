import { lazy } from 'react';
import { createBrowserRouter } from 'react-router';
import { NotFoundPage } from './shell/NotFoundPage.tsx';
import { PageError } from './shell/PageError.tsx';
import { Shell } from './shell/Shell.tsx';

/** Each page is a file of its own, which comes when somebody goes there. */
const WelcomePage = lazy(() =>
  import('./pages/welcome/WelcomePage.tsx').then((file) => ({ default: file.WelcomePage })),
);
const CustomersPage = lazy(() =>
  import('./pages/customers/CustomersPage.tsx').then((file) => ({ default: file.CustomersPage })),
);
const CustomerPage = lazy(() =>
  import('./pages/customers/CustomerPage.tsx').then((file) => ({ default: file.CustomerPage })),
);
const SettingsPage = lazy(() =>
  import('./pages/settings/SettingsPage.tsx').then((file) => ({ default: file.SettingsPage })),
);
const ActivityPage = lazy(() =>
  import('./pages/activity/ActivityPage.tsx').then((file) => ({ default: file.ActivityPage })),
);
const LedgerHealthPage = lazy(() =>
  import('./pages/ledger-health/LedgerHealthPage.tsx').then((file) => ({ default: file.LedgerHealthPage })),
);

export function createRouter() {
  return createBrowserRouter([
    {
      Component: Shell,
      ErrorBoundary: PageError,
      children: [
        {
          // A page that fails leaves the navigation standing.
          ErrorBoundary: PageError,
          children: [
            { path: '/', Component: WelcomePage },
            { path: '/customers', Component: CustomersPage },
            { path: '/customers/:customerId', Component: CustomerPage },
            { path: '/programme', Component: SettingsPage },
            { path: '/activity', Component: ActivityPage },
            { path: '/ledger-health', Component: LedgerHealthPage },
            { path: '*', Component: NotFoundPage },
          ],
        },
      ],
    },
  ]);
}
