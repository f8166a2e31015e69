import type { OverviewPeriod } from '../../api/overview.ts';

export const periods: readonly OverviewPeriod[] = ['30', '90', '365'];

/** The days that the charts show, from the address. */
export function readPeriod(parameters: URLSearchParams): OverviewPeriod {
  return periods.find((period) => period === parameters.get('days')) ?? '30';
}

export function periodAddress(period: OverviewPeriod): string {
  return period === '30' ? '/' : `/?days=${period}`;
}
