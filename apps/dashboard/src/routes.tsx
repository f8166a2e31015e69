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
            { path: '*', Component: NotFoundPage },
          ],
        },
      ],
    },
  ]);
}
