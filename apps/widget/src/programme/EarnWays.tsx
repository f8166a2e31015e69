import type { ProgrammeResponse } from '@loyalnest/contracts/rest/storefront';
import type { Speech } from '../i18n/speech.ts';
import { earnSentences } from './words.ts';

export function EarnWays({ programme, speech }: { programme: ProgrammeResponse; speech: Speech }) {
  const { t, days, months } = speech;
  const ways = earnSentences(programme, speech);
  const { approvalDays, expiresAfterMonths } = programme;
  return (
    <section>
      <h2>{t('earn.heading')}</h2>
      {ways.length === 0 && <p class="muted">{t('earn.none')}</p>}
      <ul class="rows">
        {ways.map(({ title, text }) => (
          <li key={title}>
            <div>
              <strong>{title}</strong>
              <small>{text}</small>
            </div>
          </li>
        ))}
      </ul>
      {approvalDays > 0 && <p class="muted">{t('earn.approval', { days: days(approvalDays) })}</p>}
      {expiresAfterMonths !== null && <p class="muted">{t('earn.expiry', { months: months(expiresAfterMonths) })}</p>}
    </section>
  );
}
