import type { ProgrammeResponse } from '@loyalnest/contracts/rest/storefront';
import type { Speech } from './i18n/speech.ts';
import { EarnWays } from './programme/EarnWays.tsx';
import { rewardName, rewardTerms } from './programme/words.ts';
import { accountLinks } from './shop-links.ts';

/** What the programme is, for somebody who is not signed in, and the two ways in. */
export function GuestHome({ programme, speech }: { programme: ProgrammeResponse; speech: Speech }) {
  const { t, points } = speech;
  const { login, register } = accountLinks();
  return (
    <>
      {programme.isOn && (
        <section class="hero">
          <h2 tabIndex={-1}>{t('guest.heading')}</h2>
          <p>{t('guest.text')}</p>
          <a class="primary" href={register}>
            {t('guest.join')}
          </a>
          <a class="quiet" href={login}>
            {t('guest.login')}
          </a>
        </section>
      )}
      {programme.isOn && <EarnWays programme={programme} speech={speech} />}
      {programme.rewards.length > 0 && (
        <section>
          <h2>{t('reward.heading')}</h2>
          <ul class="rows">
            {programme.rewards.map((reward) => (
              <li key={reward.rewardId}>
                <div>
                  <strong>{rewardName(reward, programme.currency, speech)}</strong>
                  {rewardTerms(reward, speech).map((term) => (
                    <small key={term}>{term}</small>
                  ))}
                </div>
                <span class="price">{points(reward.points)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
