import type { MemberCode } from '@loyalnest/contracts/rest/storefront';
import { useState } from 'preact/hooks';
import type { Speech } from '../i18n/speech.ts';
import { rewardName, rewardTerms } from '../programme/words.ts';
import { CodeActions } from './CodeActions.tsx';

/** Cards shown before somebody asks for more; rewards should not move out of sight below them. */
const firstCards = 2;

type Props = { codes: readonly MemberCode[]; currency: string; speech: Speech; giveBack: (code: MemberCode) => void };

/** Rewards that were taken and not used yet. */
export function Codes({ codes, currency, speech, giveBack }: Props) {
  const { t, date } = speech;
  const [isWhole, setIsWhole] = useState(false);
  const cards = isWhole ? codes : codes.slice(0, firstCards);
  if (codes.length === 0) return null;
  return (
    <section>
      <h2>{t('code.heading')}</h2>
      <ul class="cards">
        {cards.map((code) => (
          <li key={code.redemptionId}>
            <strong>{rewardName(code, currency, speech)}</strong>
            {rewardTerms(code, speech).map((term) => (
              <small key={term}>{term}</small>
            ))}
            {code.expiresAt && <small>{t('code.until', { date: date(code.expiresAt) })}</small>}
            {code.status === 'active' && code.code ? (
              <>
                <CodeActions code={code.code} speech={speech} />
                <button type="button" class="link" id={`code-${code.redemptionId}`} onClick={() => giveBack(code)}>
                  {t('code.giveBack')} <span class="unseen">{code.code}</span>
                </button>
              </>
            ) : (
              <p class="muted">{code.status === 'releasing' ? t('code.returning') : t('code.making')}</p>
            )}
          </li>
        ))}
      </ul>
      {cards.length < codes.length && (
        <button type="button" class="link" onClick={() => setIsWhole(true)}>
          {t('more')} <span class="unseen">{t('code.heading')}</span>
        </button>
      )}
    </section>
  );
}
