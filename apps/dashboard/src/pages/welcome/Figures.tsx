import type { Overview } from '@loyalnest/contracts/rest/overview';
import { Metric, MetricList } from '@loyalnest/ui/metric';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/format.ts';

/** The programme since it began. */
export function Figures({ overview }: { overview: Overview }) {
  const { t } = useTranslation();
  const { number, percent, money } = useFormats();
  const { currency, members, issued, redeemed, outstanding, outstandingValueMinor } = overview;
  return (
    <MetricList>
      <Metric label={t('welcome.members')} value={number(members)} note={t('welcome.membersNote')} />
      <Metric label={t('welcome.issued')} value={number(issued)} note={t('welcome.issuedNote')} />
      <Metric
        label={t('welcome.redeemed')}
        value={number(redeemed)}
        note={t('welcome.redeemedNote', { share: percent(issued > 0 ? redeemed / issued : 0) })}
      />
      <Metric
        label={t('welcome.outstanding')}
        value={number(outstanding)}
        note={
          outstandingValueMinor === null
            ? t('welcome.outstandingNoValue')
            : t('welcome.outstandingNote', { value: money(outstandingValueMinor, currency) })
        }
      />
    </MetricList>
  );
}
