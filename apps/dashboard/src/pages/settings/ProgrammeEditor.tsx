import { Banner } from '@loyalnest/ui/banner';
import { Badge } from '@loyalnest/ui/badge';
import { Page } from '@loyalnest/ui/page';
import { Tabs } from '@loyalnest/ui/tabs';
import type { MerchantResponse } from '@loyalnest/contracts/rest/merchant';
import type { RewardList, SettingsResponse } from '@loyalnest/contracts/rest/points';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useAccess } from '../../api/merchant.ts';
import { useFormats } from '../../i18n/format.ts';
import { useProblemText } from '../../i18n/use-problem-text.ts';
import { ReadOnlyBanner } from '../../shell/ReadOnlyBanner.tsx';
import { SaveBar } from '../../shopify/SaveBar.tsx';
import { showToast } from '../../shopify/toast.ts';
import { ConflictModal } from './ConflictModal.tsx';
import { EarningTab } from './EarningTab.tsx';
import { focusFirstInvalid } from './focus-first-invalid.ts';
import { HistoryTab } from './HistoryTab.tsx';
import { LookTab } from './LookTab.tsx';
import { PreviewCard } from './PreviewCard.tsx';
import { RewardsTab } from './RewardsTab.tsx';
import { programmePath, tabOfField, tabPath, type Tab } from './tabs.ts';
import { useProgrammeDraft, type ProgrammeDraft } from './use-programme-draft.ts';

type EditorProps = { newest: SettingsResponse; rewards: RewardList; merchant: MerchantResponse; tab: Tab };

/** The draft lives above the tabs, so that a look at another tab loses nothing. */
export function ProgrammeEditor({ newest, rewards, merchant, tab }: EditorProps) {
  const { t } = useTranslation();
  const { locale } = useFormats();
  const problemText = useProblemText();
  const { canWrite } = useAccess();
  const navigate = useNavigate();
  const programme = useProgrammeDraft(newest, locale);

  const save = async () => {
    const [firstIssue] = Object.keys(programme.issues);
    if (firstIssue !== undefined && !programme.settings) {
      showToast(t('problems.invalid-request'), { isError: true });
      await navigate(tabPath(tabOfField(firstIssue)));
      focusFirstInvalid();
      return;
    }
    if (await programme.save()) showToast(t('settings.saved'));
  };

  return (
    <Page
      title={t('settings.title')}
      titleMetadata={
        <Badge tone={programme.base.settings.isOn ? 'success' : 'base'}>
          {programme.base.settings.isOn ? t('settings.on') : t('settings.off')}
        </Badge>
      }
    >
      <SaveBar
        isDirty={programme.isDirty}
        isSaving={programme.isSaving}
        onSave={() => void save()}
        onDiscard={programme.discard}
        isLeaving={(to) => to.pathname !== programmePath || to.searchParams.has('reward')}
      />
      <Tabs
        label={t('settings.tabs.label')}
        current={tab}
        tabs={[
          { id: 'earning', label: t('settings.tabs.earning'), to: tabPath('earning') },
          { id: 'rewards', label: t('settings.tabs.rewards'), to: tabPath('rewards') },
          { id: 'look', label: t('settings.tabs.look'), to: tabPath('look') },
          { id: 'history', label: t('settings.tabs.history'), to: tabPath('history') },
        ]}
      />
      <ReadOnlyBanner />
      {programme.refused && (
        <Banner tone="critical" title={t('settings.saveFailed')}>
          {problemText(programme.refused)}
        </Banner>
      )}
      <TabBody {...{ tab, programme, rewards, merchant, canWrite }} />
      {programme.conflict && <ConflictModal programme={programme} conflict={programme.conflict} />}
    </Page>
  );
}

type TabBodyProps = {
  tab: Tab;
  programme: ProgrammeDraft;
  rewards: RewardList;
  merchant: MerchantResponse;
  canWrite: boolean;
};

function TabBody({ tab, programme, rewards, merchant, canWrite }: TabBodyProps) {
  const { currency } = rewards;
  switch (tab) {
    case 'earning':
      return (
        <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
          <EarningTab programme={programme} currency={currency} isDisabled={!canWrite} />
          <div className="max-lg:order-first lg:sticky lg:top-4">
            <PreviewCard settings={programme.settings} isDirty={programme.isDirty} currency={currency} />
          </div>
        </div>
      );
    case 'rewards':
      return <RewardsTab list={rewards} canWrite={canWrite} />;
    case 'look':
      return <LookTab programme={programme} isDisabled={!canWrite} />;
    case 'history':
      return <HistoryTab timeZone={merchant.timezone} />;
  }
}
