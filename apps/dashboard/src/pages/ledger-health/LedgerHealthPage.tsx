import { Button } from '@loyalnest/ui/button';
import { Card } from '@loyalnest/ui/card';
import { ErrorState } from '@loyalnest/ui/error-state';
import { Page } from '@loyalnest/ui/page';
import { LoadingNote, SkeletonLines } from '@loyalnest/ui/skeleton';
import type { LedgerHealth } from '@loyalnest/contracts/rest/ledger-health';
import { useTranslation } from 'react-i18next';
import { useLedgerHealth, useVerifyLedger } from '../../api/ledger-health.ts';
import { useAccess, useMerchant } from '../../api/merchant.ts';
import { useOverview } from '../../api/overview.ts';
import { useFormats } from '../../i18n/format.ts';
import { useProblemText } from '../../i18n/use-problem-text.ts';
import { ReadOnlyBanner } from '../../shell/ReadOnlyBanner.tsx';
import { showToast } from '../../shopify/toast.ts';
import { ProofCard } from './ProofCard.tsx';

/** Whether the ledger proves itself, and whether everything that Shopify knows has arrived. */
export function LedgerHealthPage() {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const { canWrite } = useAccess();
  const health = useLedgerHealth();
  const verifying = useVerifyLedger();
  const verify = async () => {
    try {
      const { proof } = await verifying.mutateAsync();
      showToast(proof?.ok ? t('ledgerHealth.verifiedOk') : t('ledgerHealth.verifiedNotOk'), { isError: !proof?.ok });
    } catch (error) {
      showToast(problemText(error), { isError: true });
    }
  };
  return (
    <Page
      title={t('ledgerHealth.title')}
      subtitle={t('ledgerHealth.subtitle')}
      actions={
        <Button
          variant="primary"
          onPress={() => void verify()}
          isLoading={verifying.isPending}
          isDisabled={!canWrite || !health.data}
        >
          {t('ledgerHealth.verify')}
        </Button>
      }
    >
      <ReadOnlyBanner />
      <span role="status" className="sr-only">
        {verifying.isPending && t('ledgerHealth.verifying')}
      </span>
      {health.data && <Cards health={health.data} />}
      {!health.data && health.error && (
        <Card>
          <ErrorState
            title={t('ledgerHealth.loadFailed')}
            message={problemText(health.error)}
            onRetry={() => void health.refetch()}
            isRetrying={health.isFetching}
          />
        </Card>
      )}
      {!health.data && !health.error && (
        <>
          <LoadingNote />
          <Card>
            <SkeletonLines lines={6} />
          </Card>
          <Card>
            <SkeletonLines lines={3} />
          </Card>
        </>
      )}
    </Page>
  );
}

function Cards({ health }: { health: LedgerHealth }) {
  const { t } = useTranslation();
  return (
    <>
      <ProofCard proof={health.proof} />
      <div className="grid gap-4 md:grid-cols-2">
        <Card title={t('ledgerHealth.reconciliation.title')}>
          <Reconciliation reconciliation={health.reconciliation} />
        </Card>
        <Card title={t('ledgerHealth.delivery.title')}>
          <Delivery events={health.events} />
        </Card>
      </div>
    </>
  );
}

/** What ends a comparison before its time, or leaves something out. */
const failures = ['throttled', 'unavailable', 'unauthorized', 'not-postable'] as const;

function Reconciliation({ reconciliation }: Pick<LedgerHealth, 'reconciliation'>) {
  const { t } = useTranslation();
  const { data: merchant } = useMerchant();
  const { number, relative, dateTime } = useFormats(merchant?.timezone);
  if (!reconciliation) return <p>{t('ledgerHealth.reconciliation.never')}</p>;
  const { at, checked, missed, failure, watermark } = reconciliation;
  const known = failures.find((one) => one === failure);
  return (
    <div className="flex flex-col gap-2">
      <p>
        {t('ledgerHealth.reconciliation.compared', { when: relative(at), count: checked, number: number(checked) })}
      </p>
      <p>
        {missed === 0
          ? t('ledgerHealth.reconciliation.noneMissed')
          : t('ledgerHealth.reconciliation.missed', { count: missed, number: number(missed) })}
      </p>
      {watermark !== null && (
        <p className="text-ink-secondary">{t('ledgerHealth.reconciliation.upTo', { when: dateTime(watermark) })}</p>
      )}
      {failure !== null && (
        <p className="text-ink-critical">
          {t('ledgerHealth.reconciliation.failed', {
            reason: known ? t(`ledgerHealth.reconciliation.reason.${known}`) : failure,
          })}
        </p>
      )}
    </div>
  );
}

function Delivery({ events }: Pick<LedgerHealth, 'events'>) {
  const { t } = useTranslation();
  const { number, duration } = useFormats();
  const { data: overview, isPending } = useOverview('30');
  const lag = overview?.webhookLag;
  return (
    <div className="flex flex-col gap-2">
      {isPending && <SkeletonLines lines={2} />}
      {overview && (
        <p>
          {lag
            ? t('ledgerHealth.delivery.lag', { half: duration(lag.p50Seconds), most: duration(lag.p95Seconds) })
            : t('ledgerHealth.delivery.noLag')}
        </p>
      )}
      <p>
        {events.waiting === 0
          ? t('ledgerHealth.delivery.noneWaiting')
          : t('ledgerHealth.delivery.waiting', {
              count: events.waiting,
              number: number(events.waiting),
              age: duration(events.oldestSeconds ?? 0),
            })}
      </p>
    </div>
  );
}
