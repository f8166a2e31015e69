import { Card } from '@loyalnest/ui/card';
import { ErrorState } from '@loyalnest/ui/error-state';
import { Page } from '@loyalnest/ui/page';
import { LoadingNote, SkeletonLines } from '@loyalnest/ui/skeleton';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useMerchant } from '../../api/merchant.ts';
import { useRewards, useSettings } from '../../api/programme.ts';
import { useProblemText } from '../../i18n/use-problem-text.ts';
import { ProgrammeEditor } from './ProgrammeEditor.tsx';
import { RewardPage } from './RewardPage.tsx';
import { tabOf } from './tabs.ts';

/** The programme: `tab` in the address says which part of it, `reward` which reward is open (`new` for one to be). */
export function SettingsPage() {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const [parameters] = useSearchParams();
  const settings = useSettings();
  const merchant = useMerchant();
  const rewards = useRewards();
  const queries = [settings, merchant, rewards];
  const failed = queries.find((query) => query.isError && query.data === undefined);

  if (failed) {
    return (
      <Page title={t('settings.title')}>
        <Card>
          <ErrorState
            title={t('settings.loadFailed')}
            message={problemText(failed.error)}
            onRetry={() => void Promise.all(queries.map((query) => query.refetch()))}
            isRetrying={failed.isFetching}
          />
        </Card>
      </Page>
    );
  }
  if (!settings.data || !merchant.data || !rewards.data) {
    return (
      <Page title={t('settings.title')}>
        <LoadingNote />
        <Card>
          <SkeletonLines lines={6} />
        </Card>
        <Card>
          <SkeletonLines lines={4} />
        </Card>
      </Page>
    );
  }
  const opened = parameters.get('reward');
  if (opened !== null) return <RewardPage key={opened} opened={opened} list={rewards.data} />;
  return (
    <ProgrammeEditor
      newest={settings.data}
      rewards={rewards.data}
      merchant={merchant.data}
      tab={tabOf(parameters.get('tab'))}
    />
  );
}
