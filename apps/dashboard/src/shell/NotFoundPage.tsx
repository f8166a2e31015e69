import { ButtonLink } from '@loyalnest/ui/button';
import { Card } from '@loyalnest/ui/card';
import { EmptyState } from '@loyalnest/ui/empty-state';
import { Page } from '@loyalnest/ui/page';
import { SearchIcon } from '@shopify/polaris-icons';
import { useTranslation } from 'react-i18next';

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Page title={t('shell.notFoundTitle')}>
      <Card>
        <EmptyState
          icon={SearchIcon}
          title={t('shell.notFoundHeading')}
          actions={
            <ButtonLink variant="primary" to="/">
              {t('shell.goHome')}
            </ButtonLink>
          }
        >
          {t('shell.notFoundText')}
        </EmptyState>
      </Card>
    </Page>
  );
}
