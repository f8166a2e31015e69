import type { MemberPanel } from '@loyalnest/contracts/rest/storefront';
import type { Speech } from '../i18n/speech.ts';
import type { PanelState } from '../panel-store.ts';
import { nextGoal, rewardName } from '../programme/words.ts';

type Props = { member: MemberPanel; currency: string; movement: PanelState['movement']; speech: Speech };

/** The number that people open the panel for, and how far it is to the next reward. */
export function Balance({ member, currency, movement, speech }: Props) {
  const { t, number, points, pointsWord } = speech;
  const { available, pending } = member.balance;
  const goal = nextGoal(member.rewards, available);
  return (
    <section class="hero">
      <h2 tabIndex={-1}>{t('balance.label')}</h2>
      <p class="balance">
        <bdi>{number(available)}</bdi> <span>{pointsWord(available)}</span>
        {movement && (
          <bdi class={movement.delta > 0 ? 'movement up' : 'movement'} key={movement.number} aria-hidden="true">
            {speech.signed(movement.delta)}
          </bdi>
        )}
      </p>
      {pending > 0 && <p>{t('balance.pending', { points: points(pending) })}</p>}
      {available < 0 && <p>{t('balance.negative')}</p>}
      {goal && (
        <>
          <progress max={1} value={goal.share} aria-labelledby="goal" />
          <p id="goal">
            {t('balance.goal', {
              points: points(goal.reward.missingPoints),
              reward: rewardName(goal.reward, currency, speech),
            })}
          </p>
        </>
      )}
      {!goal && member.rewards.length > 0 && <p>{t('balance.allReached')}</p>}
    </section>
  );
}
