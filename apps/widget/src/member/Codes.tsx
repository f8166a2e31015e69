import type { MemberCode } from '@loyalnest/contracts/rest/storefront';
import type { Speech } from '../i18n/speech.ts';
import { rewardName, rewardTerms } from '../programme/words.ts';
import { CodeActions } from './CodeActions.tsx';

type Props = { codes: readonly MemberCode[]; currency: string; speech: Speech; giveBack: (code: MemberCode) => void };

/** Rewards that were taken and not used yet. */
export function Codes({ codes, currency, speech, giveBack }: Props) {
  const { t, date } = speech;
  if (codes.length === 0) return null;
  return (
    <section>
      <h2>{t('code.heading')}</h2>
      <ul class="cards">
        {codes.map((code) => (
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
    </section>
  );
}
