import { Badge } from '@loyalnest/ui/badge';
import { Page } from '@loyalnest/ui/page';
import { Tabs } from '@loyalnest/ui/tabs';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { activityPath, kindOf, sourceOf, statusOf, tabOf } from './address.ts';
import { RedemptionsTab } from './RedemptionsTab.tsx';
import { TransfersTab } from './TransfersTab.tsx';
import { useLiveActivity } from './use-live-activity.ts';
import { WebhooksTab } from './WebhooksTab.tsx';

/** Everything that happens in the programme, as it happens. Tab and filters are in the address. */
export function ActivityPage() {
  const { t } = useTranslation();
  const [parameters] = useSearchParams();
  const tab = tabOf(parameters.get('tab'));
  const kind = kindOf(parameters.get('kind'));
  const status = statusOf(parameters.get('status'));
  const live = useLiveActivity(kind);
  return (
    <Page
      title={t('activity.title')}
      titleMetadata={
        <span role="status">
          {live.phase === 'live' && <Badge tone="success">{t('activity.live')}</Badge>}
          {live.phase === 'waiting' && <Badge>{t('activity.notLive')}</Badge>}
        </span>
      }
    >
      <Tabs
        label={t('activity.tabs.label')}
        current={tab}
        tabs={[
          { id: 'transfers', label: t('activity.tabs.transfers'), to: activityPath({ tab: 'transfers' }) },
          { id: 'redemptions', label: t('activity.tabs.redemptions'), to: activityPath({ tab: 'redemptions' }) },
          { id: 'webhooks', label: t('activity.tabs.webhooks'), to: activityPath({ tab: 'webhooks' }) },
        ]}
      />
      {tab === 'transfers' && <TransfersTab kind={kind} live={live} />}
      {tab === 'redemptions' && <RedemptionsTab status={status} />}
      {tab === 'webhooks' && (
        <WebhooksTab source={sourceOf(parameters.get('source'))} failureId={parameters.get('failure')} />
      )}
    </Page>
  );
}
