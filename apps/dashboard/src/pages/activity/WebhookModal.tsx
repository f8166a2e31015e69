import { Button } from '@loyalnest/ui/button';
import { ErrorState } from '@loyalnest/ui/error-state';
import { Modal } from '@loyalnest/ui/modal';
import { LoadingNote, SkeletonLines } from '@loyalnest/ui/skeleton';
import type { WebhookFailureDetail } from '@loyalnest/contracts/rest/activity';
import { useTranslation } from 'react-i18next';
import { useAccess, useMerchant } from '../../api/merchant.ts';
import { useWebhookFailure, type WebhookSource } from '../../api/webhooks.ts';
import { useFormats } from '../../i18n/format.ts';
import { useProblemText } from '../../i18n/use-problem-text.ts';
import { useReasonText } from './use-reason-text.ts';
import { useRetry } from './use-retry.ts';

type WebhookModalProps = { source: WebhookSource; failureId: string; onClose: () => void };

/** One delivery: why it failed, and the payload as it came. */
export function WebhookModal({ source, failureId, onClose }: WebhookModalProps) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const { canWrite } = useAccess();
  const { data, error, refetch, isFetching } = useWebhookFailure(source, failureId);
  const { retry, isRetrying } = useRetry();
  const retryOne = async () => {
    if (await retry({ source, failureId })) onClose();
  };
  return (
    <Modal
      title={data?.topic ?? t('activity.webhooks.title')}
      isOpen
      onClose={onClose}
      size="large"
      actions={
        <>
          <Button onPress={onClose}>{t('common.close')}</Button>
          <Button
            variant="primary"
            onPress={() => void retryOne()}
            isLoading={isRetrying}
            isDisabled={!canWrite || !data}
          >
            {t('activity.webhooks.retry')}
          </Button>
        </>
      }
    >
      {data && <Details failure={data} />}
      {!data && !error && (
        <>
          <LoadingNote />
          <SkeletonLines lines={8} />
        </>
      )}
      {!data && error && (
        <ErrorState
          title={t('activity.webhooks.errorTitle')}
          message={problemText(error)}
          onRetry={() => void refetch()}
          isRetrying={isFetching}
        />
      )}
    </Modal>
  );
}

function Details({ failure }: { failure: WebhookFailureDetail }) {
  const { t } = useTranslation();
  const { data: merchant } = useMerchant();
  const { number, dateTime } = useFormats(merchant?.timezone);
  const reasonText = useReasonText();
  const facts = [
    { label: t('activity.webhooks.reason'), value: reasonText(failure.reason) },
    { label: t('activity.webhooks.detail'), value: <bdi>{failure.detail}</bdi> },
    { label: t('activity.webhooks.failedAt'), value: dateTime(failure.failedAt) },
    { label: t('activity.webhooks.attempts'), value: number(failure.attempts) },
    { label: t('activity.webhooks.webhookId'), value: <bdi className="break-all">{failure.webhookId}</bdi> },
  ];
  return (
    <div className="flex flex-col gap-4">
      <dl className="grid gap-x-4 gap-y-1 sm:grid-cols-[max-content_1fr]">
        {facts.map(({ label, value }) => (
          <div key={label} className="contents">
            <dt className="text-ink-secondary">{label}</dt>
            <dd className="max-sm:mb-1">{value}</dd>
          </div>
        ))}
      </dl>
      <section aria-label={t('activity.webhooks.payload')} className="flex flex-col gap-1">
        <h3 className="text-ink-secondary">{t('activity.webhooks.payload')}</h3>
        {/* A region that scrolls has to be reachable by keyboard. */}
        <pre
          tabIndex={0}
          dir="ltr"
          className="max-h-96 overflow-auto rounded-md bg-surface-secondary p-3 text-sm break-all whitespace-pre-wrap"
        >
          {readable(failure.payload)}
        </pre>
      </section>
    </div>
  );
}

/** JSON with lines and indents; what is no JSON as it came. */
function readable(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch {
    return payload;
  }
}
