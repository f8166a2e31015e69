import type { OverviewDay } from '@loyalnest/contracts/rest/overview';

/** More points than that are a blur, and a table that nobody reads. */
const daysMax = 100;
const weekDays = 7;

export type ChartStep = OverviewDay & { isWeek: boolean };

/**
 * The steps of a chart: days, or weeks where there are many days. Weeks are counted back from the last day, so that the
 * newest is whole; days at the beginning that fill no week are left out, because a half week would look like a dip.
 */
export function chartSteps(days: readonly OverviewDay[]): ChartStep[] {
  if (days.length <= daysMax) return days.map((day) => ({ ...day, isWeek: false }));
  const steps: ChartStep[] = [];
  for (let start = days.length % weekDays; start < days.length; start += weekDays) {
    const week = days.slice(start, start + weekDays);
    const first = week[0];
    if (first) steps.push({ day: first.day, isWeek: true, ...sumOf(week) });
  }
  return steps;
}

export function sumOf(days: readonly OverviewDay[]): Omit<OverviewDay, 'day'> {
  const sum = { issued: 0, redeemed: 0, orders: 0, members: 0 };
  for (const day of days) {
    sum.issued += day.issued;
    sum.redeemed += day.redeemed;
    sum.orders += day.orders;
    sum.members += day.members;
  }
  return sum;
}
