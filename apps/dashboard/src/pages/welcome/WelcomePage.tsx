import type { Overview } from '@loyalnest/contracts/rest/overview';
import { Badge } from '@loyalnest/ui/badge';
import { Card } from '@loyalnest/ui/card';
import { ErrorState } from '@loyalnest/ui/error-state';
import { Page } from '@loyalnest/ui/page';
import { LoadingNote, SkeletonLines } from '@loyalnest/ui/skeleton';
import { Tabs } from '@loyalnest/ui/tabs';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useMerchant } from '../../api/merchant.ts';
import { useOverview } from '../../api/overview.ts';
import { useFormats } from '../../i18n/format.ts';
import { useProblemText } from '../../i18n/use-problem-text.ts';
import { ReadOnlyBanner } from '../../shell/ReadOnlyBanner.tsx';
import { Charts } from './Charts.tsx';
import { FirstSteps } from './FirstSteps.tsx';
import { Figures, WaitingFigures } from './Figures.tsx';
import { Health } from './Health.tsx';
import { periodAddress, periods, readPeriod } from './period.ts';

export function WelcomePage() {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const { number } = useFormats();
  const [parameters] = useSearchParams();
  const period = readPeriod(parameters);
  const { data: merchant } = useMerchant();
  const { data: overview, error, refetch, isFetching, isPlaceholderData } = useOverview(period);

  return (
    <Page
      title={t('welcome.title')}
      titleMetadata={overview && <ProgrammeBadge isOn={overview.isProgrammeOn} />}
      // A space keeps the line's place until the shop's name is there.
      subtitle={merchant?.name ?? '\u00a0'}
    >
      <ReadOnlyBanner />
      {error && !overview ? (
        <Card>
          <ErrorState
            title={t('welcome.errorTitle')}
            message={problemText(error)}
            onRetry={() => void refetch()}
            isRetrying={isFetching}
          />
        </Card>
      ) : (
        // What loads and what is loaded are different elements: nothing on the page moves, it is exchanged.
        <div key={overview ? 'loaded' : 'loading'} className="flex flex-col gap-4">
          {overview && isNew(overview) && <FirstSteps overview={overview} />}
          {!overview && <LoadingNote />}
          {overview ? <Figures overview={overview} /> : <WaitingFigures />}
          <div className="flex flex-wrap items-center justify-between gap-2 pt-2">
            <h2 className="text-lg font-semibold">{t('welcome.chartsTitle')}</h2>
            <Tabs
              label={t('welcome.periodLabel')}
              look="segmented"
              current={period}
              tabs={periods.map((id) => ({
                id,
                to: periodAddress(id),
                label: t('welcome.periodDays', { number: number(Number(id)) }),
              }))}
            />
          </div>
          <Charts days={isPlaceholderData ? undefined : overview?.days} />
          <Card title={t('welcome.healthTitle')}>
            {overview ? <Health overview={overview} /> : <SkeletonLines lines={4} />}
          </Card>
        </div>
      )}
    </Page>
  );
}

/** A shop without orders and rewards' use has nothing to measure yet; it is told how to begin. */
function isNew(overview: Overview): boolean {
  return overview.ordersIngested === 0 || overview.pointValue === null || overview.widgetSeenAt === null;
}

function ProgrammeBadge({ isOn }: { isOn: boolean }) {
  const { t } = useTranslation();
  return isOn ? (
    <Badge tone="success">{t('welcome.programmeOn')}</Badge>
  ) : (
    <Badge tone="warning">{t('welcome.programmeOff')}</Badge>
  );
}
