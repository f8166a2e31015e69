import { Button } from '@loyalnest/ui/button';
import { Card } from '@loyalnest/ui/card';
import { DataTable } from '@loyalnest/ui/data-table';
import { EmptyState } from '@loyalnest/ui/empty-state';
import type { WebhookFailureResponse } from '@loyalnest/contracts/rest/activity';
import { CheckCircleIcon } from '@shopify/polaris-icons';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useAccess, useMerchant } from '../../api/merchant.ts';
import { useWebhookFailures, webhookSources, type WebhookSource } from '../../api/webhooks.ts';
import { useFormats } from '../../i18n/format.ts';
import { ReadOnlyBanner } from '../../shell/ReadOnlyBanner.tsx';
import { MoreRows } from '../customers/MoreRows.tsx';
import { activityPath } from './address.ts';
import { useRetry } from './use-retry.ts';
import { useReasonText } from './use-reason-text.ts';
import { WebhookModal } from './WebhookModal.tsx';

type WebhooksTabProps = { source: WebhookSource | undefined; failureId: string | null };

/** Deliveries of Shopify's that could not be processed and wait for a person. */
export function WebhooksTab({ source, failureId }: WebhooksTabProps) {
  const navigate = useNavigate();
  return (
    <>
      <ReadOnlyBanner />
      {webhookSources.map((one) => (
        <Failures key={one} source={one} />
      ))}
      {source && failureId !== null && (
        <WebhookModal
          source={source}
          failureId={failureId}
          onClose={() => void navigate(activityPath({ tab: 'webhooks' }), { preventScrollReset: true })}
        />
      )}
    </>
  );
}

function Failures({ source }: { source: WebhookSource }) {
  const { t } = useTranslation();
  const { canWrite } = useAccess();
  const { data: merchant } = useMerchant();
  const { number, dateTime } = useFormats(merchant?.timezone);
  const reasonText = useReasonText();
  const list = useWebhookFailures(source);
  const { retry, isRetrying } = useRetry();
  const hasFailures = list.data?.pages.some((page) => page.items.length > 0) ?? false;
  const title = source === 'points' ? t('activity.webhooks.points') : t('activity.webhooks.customers');
  return (
    <Card
      title={title}
      actions={
        hasFailures && (
          <Button onPress={() => void retry({ source })} isLoading={isRetrying} isDisabled={!canWrite}>
            {t('activity.webhooks.retryAll')}
          </Button>
        )
      }
      isFlush
    >
      <MoreRows list={list} errorTitle={t('activity.webhooks.errorTitle')}>
        {(rows) => (
          <DataTable<WebhookFailureResponse>
            caption={title}
            rows={rows}
            skeletonRows={3}
            keyOf={({ failureId }) => failureId}
            linkOf={({ failureId }) => activityPath({ tab: 'webhooks', source, failure: failureId })}
            columns={[
              { id: 'topic', header: t('activity.webhooks.topic'), cell: ({ topic }) => <bdi>{topic}</bdi> },
              { id: 'reason', header: t('activity.webhooks.reason'), cell: ({ reason }) => reasonText(reason) },
              { id: 'failedAt', header: t('activity.webhooks.failedAt'), cell: ({ failedAt }) => dateTime(failedAt) },
              {
                id: 'attempts',
                header: t('activity.webhooks.attempts'),
                isNumeric: true,
                cell: ({ attempts }) => number(attempts),
              },
            ]}
            empty={
              <EmptyState icon={CheckCircleIcon} title={t('activity.webhooks.noneTitle')}>
                {t('activity.webhooks.noneText')}
              </EmptyState>
            }
          />
        )}
      </MoreRows>
    </Card>
  );
}
