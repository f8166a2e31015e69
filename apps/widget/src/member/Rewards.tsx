import type { MemberReward, ProgrammeResponse } from '@loyalnest/contracts/rest/storefront';
import type { Speech } from '../i18n/speech.ts';
import { rewardName, rewardTerms } from '../programme/words.ts';

type Props = {
  rewards: readonly MemberReward[];
  programme: ProgrammeResponse;
  speech: Speech;
  redeem: (reward: MemberReward) => void;
};

export function Rewards({ rewards, programme, speech, redeem }: Props) {
  const { t, points } = speech;
  return (
    <section>
      <h2>{t('reward.heading')}</h2>
      {rewards.length === 0 && <p class="muted">{t('reward.none')}</p>}
      <ul class="rows">
        {rewards.map((reward) => {
          const name = rewardName(reward, programme.currency, speech);
          return (
            <li key={reward.rewardId}>
              <div>
                <strong>{name}</strong>
                <small>{points(reward.points)}</small>
                {rewardTerms(reward, speech).map((term) => (
                  <small key={term}>{term}</small>
                ))}
              </div>
              {reward.isAffordable ? (
                <button
                  type="button"
                  class="primary small"
                  id={`reward-${reward.rewardId}`}
                  onClick={() => redeem(reward)}
                >
                  {t('reward.redeem')} <span class="unseen">{name}</span>
                </button>
              ) : (
                <span class="price">{t('reward.missing', { points: points(reward.missingPoints) })}</span>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
