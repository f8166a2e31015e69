import { Banner } from '@loyalnest/ui/banner';
import { Card } from '@loyalnest/ui/card';
import { ErrorState } from '@loyalnest/ui/error-state';
import { Page } from '@loyalnest/ui/page';
import { Badge } from '@loyalnest/ui/badge';
import type { RewardList, RewardResponse } from '@loyalnest/contracts/rest/points';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useAccess } from '../../api/merchant.ts';
import { toProblem, type Problem } from '../../api/problem.ts';
import { useSaveReward } from '../../api/programme.ts';
import { useFormats } from '../../i18n/format.ts';
import { useProblemText } from '../../i18n/use-problem-text.ts';
import { ReadOnlyBanner } from '../../shell/ReadOnlyBanner.tsx';
import { SaveBar } from '../../shopify/SaveBar.tsx';
import { showToast } from '../../shopify/toast.ts';
import { focusFirstInvalid } from './focus-first-invalid.ts';
import { serverIssues } from './draft.ts';
import { RewardForm } from './RewardForm.tsx';
import { fromRewardDraft, newRewardDraft, toRewardDraft, type RewardIssues } from './reward-draft.ts';
import { programmePath, tabPath } from './tabs.ts';

/** One reward: `opened` is its id, or `new`. */
export function RewardPage({ opened, list }: { opened: string; list: RewardList }) {
  const { t } = useTranslation();
  const reward = list.items.find(({ rewardId }) => String(rewardId) === opened);
  if (opened !== 'new' && !reward) {
    return (
      <Page title={t('settings.reward.title')} back={tabPath('rewards')}>
        <Card>
          <ErrorState title={t('settings.reward.missing')} message={t('problems.reward-not-found')} />
        </Card>
      </Page>
    );
  }
  return <RewardEditor opened={opened} reward={reward} currency={list.currency} />;
}

type RewardEditorProps = { opened: string; reward: RewardResponse | undefined; currency: string };

function RewardEditor({ opened, reward, currency }: RewardEditorProps) {
  const { t } = useTranslation();
  const { locale } = useFormats();
  const problemText = useProblemText();
  const { canWrite } = useAccess();
  const navigate = useNavigate();
  const saving = useSaveReward();
  const input = { currency, locale };
  const start = reward ? toRewardDraft(reward, input) : newRewardDraft;
  const [draft, setDraft] = useState(start);
  const [refused, setRefused] = useState<Problem>();
  const [hasTried, setTried] = useState(false);
  const [isCreated, setCreated] = useState(false);
  const isDirty = !isCreated && JSON.stringify(draft) !== JSON.stringify(start);
  const result = fromRewardDraft(draft, input);
  // A form that nobody has filled in yet is not wrong; it is empty.
  const isShown = hasTried || reward !== undefined;
  const issues: RewardIssues = {
    ...(refused?.code === 'invalid-request' && serverIssues(refused.details)),
    ...(isShown && result.outcome === 'issues' ? result.issues : {}),
  };

  // The list comes once nothing is unsaved any more, or the guard would ask.
  useEffect(() => {
    if (isCreated) void navigate(tabPath('rewards'));
  }, [isCreated, navigate]);

  const save = async () => {
    setTried(true);
    if (result.outcome === 'issues') {
      showToast(t('problems.invalid-request'), { isError: true });
      focusFirstInvalid();
      return;
    }
    try {
      const saved = await saving.mutateAsync({ rewardId: reward?.rewardId, reward: result.reward });
      showToast(t('settings.reward.saved'));
      setRefused(undefined);
      if (reward) setDraft(toRewardDraft(saved, input));
      else setCreated(true);
    } catch (error) {
      setRefused(toProblem(error));
    }
  };

  return (
    <Page
      title={reward?.name ?? t('settings.reward.create')}
      titleMetadata={
        reward && (
          <Badge tone={reward.isOpen ? 'success' : 'base'}>
            {reward.isOpen ? t('settings.reward.open') : t('settings.reward.closed')}
          </Badge>
        )
      }
      back={tabPath('rewards')}
      width="narrow"
    >
      <SaveBar
        isDirty={isDirty}
        isSaving={saving.isPending}
        onSave={() => void save()}
        onDiscard={() => {
          setDraft(start);
          setRefused(undefined);
          setTried(false);
        }}
        isLeaving={(to) => to.pathname !== programmePath || to.searchParams.get('reward') !== opened}
      />
      <ReadOnlyBanner />
      {refused && (
        <Banner tone="critical" title={t('settings.reward.saveFailed')}>
          {problemText(refused)}
        </Banner>
      )}
      <RewardForm draft={draft} onChange={setDraft} issues={issues} currency={currency} isDisabled={!canWrite} />
    </Page>
  );
}
