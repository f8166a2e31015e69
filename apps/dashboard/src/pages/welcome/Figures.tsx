import type { Overview } from '@loyalnest/contracts/rest/overview';
import { Metric, MetricList } from '@loyalnest/ui/metric';
import { SkeletonText } from '@loyalnest/ui/skeleton';
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

/** What the figures of `Figures` are called, before they are there. */
export function WaitingFigures() {
  const { t } = useTranslation();
  const value = <SkeletonText width="w-16" size="xl" />;
  const note = <SkeletonText width="w-24" size="sm" />;
  return (
    <MetricList>
      <Metric label={t('welcome.members')} value={value} note={t('welcome.membersNote')} />
      <Metric label={t('welcome.issued')} value={value} note={t('welcome.issuedNote')} />
      <Metric label={t('welcome.redeemed')} value={value} note={note} />
      <Metric label={t('welcome.outstanding')} value={value} note={note} />
    </MetricList>
  );
}
