import { OfflineBanner } from '@loyalnest/ui/offline-banner';
import { SkeletonPage } from '@loyalnest/ui/skeleton';
import { onlineManager } from '@tanstack/react-query';
import { Suspense, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { Outlet, ScrollRestoration, useLocation } from 'react-router';
import { appBridge } from '../shopify/app-bridge.ts';
import { Navigation } from './Navigation.tsx';
import { OpenInAdminPage } from './OpenInAdminPage.tsx';

/** What stands around every page. */
export function Shell() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const isOnline = useSyncExternalStore(subscribeToConnection, () => onlineManager.isOnline());
  if (!appBridge()) return <OpenInAdminPage />;
  return (
    <>
      <a
        href="#main"
        className="sr-only rounded-md bg-surface px-3 py-2 text-ink focus:not-sr-only focus:absolute focus:start-2 focus:top-2 focus:z-(--p-z-index-11)"
      >
        {t('shell.skipToContent')}
      </a>
      <Navigation />
      <OfflineBanner isOnline={isOnline} />
      <main id="main" tabIndex={-1} className="outline-none">
        {/* A new boundary per page: the skeleton shows at once instead of the page before. */}
        <Suspense key={pathname} fallback={<SkeletonPage />}>
          <Outlet />
        </Suspense>
      </main>
      <ScrollRestoration />
    </>
  );
}

function subscribeToConnection(listener: () => void): () => void {
  return onlineManager.subscribe(listener);
}
