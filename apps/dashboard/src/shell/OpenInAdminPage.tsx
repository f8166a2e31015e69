import { Card } from '@loyalnest/ui/card';
import { EmptyState } from '@loyalnest/ui/empty-state';
import { Page } from '@loyalnest/ui/page';
import { StoreIcon } from '@shopify/polaris-icons';
import { useTranslation } from 'react-i18next';
import { adminUrl } from '../shopify/app-bridge.ts';
import { shopifyQuery } from './shopify-query.ts';

/** Outside of Shopify's admin nobody says who the reader is, so there is nothing to show but the way in. */
export function OpenInAdminPage() {
  const { t } = useTranslation();
  const apiKey = document.querySelector<HTMLMetaElement>('meta[name="shopify-api-key"]')?.content ?? null;
  return (
    <main>
      <Page title="LoyalNest" width="narrow">
        <Card>
          <EmptyState
            icon={StoreIcon}
            title={t('shell.openInAdminHeading')}
            actions={
              <a
                href={adminUrl(shopifyQuery(), apiKey)}
                className="inline-flex min-h-8 items-center rounded-md bg-fill-brand px-3 text-sm font-medium text-ink-on-brand no-underline shadow-button-primary hover:bg-fill-brand-hover"
              >
                {t('shell.openInAdmin')}
              </a>
            }
          >
            {t('shell.openInAdminText')}
          </EmptyState>
        </Card>
      </Page>
    </main>
  );
}
