import { UiTextsProvider } from '@loyalnest/ui/texts';
import { ToastRegion } from '@loyalnest/ui/toast';
import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import { RouterProvider } from 'react-router/dom';
import type { DataRouter } from 'react-router';
import { localeFor } from './i18n/format.ts';

type AppProps = {
  queryClient: QueryClient;
  router: DataRouter;
  language: string;
  /** The admin's locale, whose region decides how dates and numbers are written. */
  admin: string | undefined;
};

export function App({ queryClient, router, language, admin }: AppProps) {
  const { t } = useTranslation();
  const texts = {
    back: t('common.back'),
    cancel: t('common.cancel'),
    chartPicture: t('common.showAsChart'),
    chartTable: t('common.showAsTable'),
    clearFilters: t('common.clearFilters'),
    close: t('common.close'),
    loading: t('common.loading'),
    next: t('common.next'),
    offline: t('common.offline'),
    pages: t('common.pages'),
    previous: t('common.previous'),
    sortBy: t('common.sortBy'),
    tryAgain: t('common.tryAgain'),
  };
  return (
    <I18nProvider locale={localeFor(language, admin)}>
      <UiTextsProvider texts={texts}>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
          <ToastRegion />
        </QueryClientProvider>
      </UiTextsProvider>
    </I18nProvider>
  );
}
