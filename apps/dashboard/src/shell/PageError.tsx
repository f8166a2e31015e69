import { Card } from '@loyalnest/ui/card';
import { ErrorState } from '@loyalnest/ui/error-state';
import { Page } from '@loyalnest/ui/page';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { reloadOnceOnline, reloadPage } from './reload.ts';

/** Where a page itself has failed: a fault of ours, or a part of it that could not be loaded. */
export function PageError() {
  const { t } = useTranslation();
  useEffect(reloadOnceOnline, []);
  return (
    <Page title={t('shell.errorTitle')}>
      <Card>
        <ErrorState title={t('shell.errorHeading')} message={t('shell.errorText')} onRetry={reloadPage} />
      </Card>
    </Page>
  );
}
