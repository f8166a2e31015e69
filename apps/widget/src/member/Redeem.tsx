import type { RedemptionResponse } from '@loyalnest/contracts/rest/points';
import type { MemberPanel, MemberReward, StorefrontResponse } from '@loyalnest/contracts/rest/storefront';
import { useEffect, useState } from 'preact/hooks';
import type { Problem } from '../api/client.ts';
import { awaitCode, redeemReward } from '../api/redeeming.ts';
import type { Speech } from '../i18n/speech.ts';
import type { MessageKey } from '../i18n/translate.ts';
import type { PanelStore } from '../panel-store.ts';
import { rewardName } from '../programme/words.ts';
import { CodeActions } from './CodeActions.tsx';
import { useFocusOn } from './use-focus-on.ts';

type Props = {
  store: PanelStore;
  storefront: StorefrontResponse;
  member: MemberPanel;
  reward: MemberReward;
  /** Already there when a page before this one asked for it. */
  taken?: RedemptionResponse;
  speech: Speech;
  back: () => void;
};

/** Confirms what a reward costs, takes it, and hands over the code. */
export function Redeem({ store, storefront, member, reward, speech, back, ...earlier }: Props) {
  const { t, points } = speech;
  const [taken, setTaken] = useState(earlier.taken);
  const [isWorking, setIsWorking] = useState(false);
  const [problem, setProblem] = useState<Problem | undefined>();
  const heading = useFocusOn<HTMLHeadingElement>(taken?.status);
  const name = rewardName(reward, storefront.programme.currency, speech);

  useEffect(() => {
    if (taken?.status !== 'held') return;
    void awaitCode(store.api, taken).then(setTaken);
  }, [taken]);

  const confirm = async () => {
    if (isWorking) return;
    setIsWorking(true);
    setProblem(undefined);
    const wish = { customerId: member.customerId, rewardId: reward.rewardId };
    const answer = await redeemReward(store.api, store.storage, wish);
    setIsWorking(false);
    if (answer.outcome === 'ok') setTaken(answer.body);
    else setProblem(answer);
    void store.read();
  };

  if (taken) {
    const code = taken.status === 'active' ? taken.code : null;
    return (
      <section class="screen">
        <h2 tabIndex={-1} ref={heading}>
          {code ? t('redeem.doneHeading') : t('redeem.makingHeading')}
        </h2>
        <strong>{name}</strong>
        <p>{code ? t('redeem.doneText') : t('redeem.makingText')}</p>
        {code && <CodeActions code={code} speech={speech} />}
        <button type="button" class="link" onClick={back}>
          {t('back')}
        </button>
      </section>
    );
  }
  const left = points(member.balance.available - reward.points);
  return (
    <section class="screen">
      <h2 tabIndex={-1}>{t('redeem.heading', { reward: name })}</h2>
      {reward.isAffordable && !problem && <p>{t('redeem.text', { points: points(reward.points), left })}</p>}
      {problem && (
        <p class="notice" role="alert">
          {t(problemKey(problem))}
        </p>
      )}
      <div class="actions">
        <button type="button" class="primary" aria-disabled={isWorking} onClick={() => void confirm()}>
          {isWorking ? t('redeem.working') : problem ? t('retry') : t('redeem.confirm')}
        </button>
        <button type="button" class="quiet" onClick={back}>
          {t('back')}
        </button>
      </div>
    </section>
  );
}

function problemKey(problem: Problem): MessageKey {
  if (problem.outcome === 'unreachable') return 'redeem.unanswered';
  switch (problem.code) {
    case 'insufficient-points':
      return 'redeem.insufficient';
    case 'reward-closed':
    case 'reward-not-found':
      return 'redeem.closed';
    case 'reward-limit-reached':
      return 'redeem.limit';
    case 'shopify-refused':
      return 'redeem.refused';
    default:
      return problem.status >= 500 ? 'redeem.unanswered' : 'redeem.failed';
  }
}
