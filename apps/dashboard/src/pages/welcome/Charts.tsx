import type { OverviewDay } from '@loyalnest/contracts/rest/overview';
import { Chart, type ChartData } from '@loyalnest/ui/chart';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/format.ts';
import { chartSteps, sumOf } from './chart-days.ts';

/** `undefined` while the days load. */
export function Charts({ days }: { days: readonly OverviewDay[] | undefined }) {
  const { t } = useTranslation();
  const { number, locale } = useFormats();
  const sum = sumOf(days ?? []);
  const charts = useMemo(() => (days ? chartsOf(days, { t, number, locale }) : undefined), [days, t, number, locale]);
  const labelHeader = charts?.isWeekly ? t('welcome.weekFrom') : t('welcome.day');

  return (
    <div className="grid grid-cols-1 gap-4 md:grid-cols-2">
      <div className="min-w-0 md:col-span-2">
        <Chart
          title={t('welcome.pointsChart')}
          summary={t('welcome.pointsChartSummary', { issued: number(sum.issued), redeemed: number(sum.redeemed) })}
          labelHeader={labelHeader}
          data={charts?.points}
        />
      </div>
      <Chart
        title={t('welcome.ordersChart')}
        summary={t('welcome.ordersChartSummary', { orders: number(sum.orders) })}
        labelHeader={labelHeader}
        data={charts?.orders}
      />
      <Chart
        title={t('welcome.membersChart')}
        summary={t('welcome.membersChartSummary', { members: number(sum.members) })}
        labelHeader={labelHeader}
        data={charts?.members}
      />
    </div>
  );
}

type Words = {
  t: ReturnType<typeof useTranslation>['t'];
  number: (value: number) => string;
  locale: string;
};

function chartsOf(days: readonly OverviewDay[], { t, number, locale }: Words) {
  const steps = chartSteps(days);
  const isWeekly = steps.some((step) => step.isWeek);
  // A day of the shop's calendar is no instant: it is read and written in one and the same zone.
  const dayFormat = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    ...(isWeekly && { year: 'numeric' }),
    timeZone: 'UTC',
  });
  const labels = steps.map((step) => dayFormat.format(new Date(`${step.day}T00:00:00Z`)));
  const chart = (kind: ChartData['kind'], series: ChartData['series']): ChartData => ({
    kind,
    labels,
    series,
    format: number,
  });
  return {
    isWeekly,
    points: chart('line', [
      { id: 'issued', label: t('welcome.issued'), tone: 'first', values: steps.map((step) => step.issued) },
      { id: 'redeemed', label: t('welcome.redeemed'), tone: 'second', values: steps.map((step) => step.redeemed) },
    ]),
    orders: chart('bar', [
      { id: 'orders', label: t('welcome.orders'), tone: 'first', values: steps.map((step) => step.orders) },
    ]),
    members: chart('bar', [
      { id: 'members', label: t('welcome.newMembers'), tone: 'second', values: steps.map((step) => step.members) },
    ]),
  };
}
